"""The token: what somebody shows to be let in, and what only its hash is kept of.

It is a prefix that says what it is, the tenant in which it is looked up, a random part and a
checksum, all in hexadecimal: anybody can recognise one offline, a scanner of secrets too.
"""

import hashlib
import re
import secrets
import zlib
from typing import Final, NamedTuple
from uuid import UUID

from .ids import TenantId

RANDOM_BYTES: Final = 24
CHECKSUM_CHARACTERS: Final = 8
FORM: Final = re.compile(r"([a-z]{2,4}(?:_live|_test)?)_([0-9a-f]{32})[0-9a-f]{48}[0-9a-f]{8}")


class TokenName(NamedTuple):
    """What a token says of itself."""

    prefix: str
    tenant_id: TenantId


def new_token(prefix: str, tenant_id: TenantId) -> str:
    """Make a token, to be shown once."""
    body = f"{prefix}_{tenant_id.hex}{secrets.token_hex(RANDOM_BYTES)}"
    return body + _checksum(body)


def read_token(token: str) -> TokenName | None:
    """What a token names; None for what was never one of ours."""
    written = FORM.fullmatch(token)
    if written is None or _checksum(token[:-CHECKSUM_CHARACTERS]) != token[-CHECKSUM_CHARACTERS:]:
        return None
    return TokenName(written[1], TenantId(UUID(hex=written[2])))


def hash_of(token: str) -> bytes:
    """How a token is remembered: it is random enough that a plain hash hides it."""
    return hashlib.sha256(token.encode()).digest()


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
