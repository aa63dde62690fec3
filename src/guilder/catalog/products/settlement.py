"""The settlement asset: on which Stellar asset a product's price arrives."""

import base64
import binascii
import re
from typing import Final

from guilder.kernel import Problem

NATIVE: Final = frozenset({"XLM", "native"})
ISSUED: Final = re.compile(r"(?P<code>[A-Za-z0-9]{1,12}):(?P<issuer>G[A-Z2-7]{55})")
PUBLIC_KEY: Final = 6 << 3
"""The first byte of a public key, which makes it begin with G."""


class SettlementAssetNotValid(Problem, status=422):
    """A settlement asset is XLM, native, or a code and its issuer's public key: CODE:ISSUER."""

    settlement_asset: str


def refuse_asset(asset: str | None) -> None:
    """Refuse what names no asset, and an issuer in whose key a character is wrong."""
    if asset is None or asset in NATIVE:
        return
    found = ISSUED.fullmatch(asset)
    if found is None or not is_public_key(found["issuer"]):
        raise SettlementAssetNotValid(settlement_asset=asset[:100])


def is_public_key(text: str) -> bool:
    """Whether it is a Stellar public key: its kind, 32 bytes, and the checksum of both."""
    try:
        plain = base64.b32decode(text)
    except binascii.Error:
        return False
    checksum = binascii.crc_hqx(plain[:-2], 0).to_bytes(2, "little")
    return plain[0] == PUBLIC_KEY and plain[-2:] == checksum
