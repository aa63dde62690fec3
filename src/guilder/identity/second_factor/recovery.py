"""Recovery codes: they stand in for a device that is lost, each of them once."""

import hashlib
import secrets
from typing import Final

from guilder.db import Tx, sql
from guilder.identity.users import UserId
from guilder.kernel import TenantId

CODES: Final = 10
GROUPS: Final = 4
OF_A_GROUP: Final = 4
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is taken for another. Sixteen of these are 79 bits: a plain hash hides them."""


async def replace_codes(tx: Tx, user_id: UserId) -> list[str]:
    """Ten new codes, to be shown once. Those of before open nothing any more."""
    codes = [_new_code() for _ in range(CODES)]
    await delete_codes(tx, tenant_id=tx.tenant_id, user_id=user_id)
    await insert_codes(tx, user_id=user_id, code_hashes=[_hash(user_id, code) for code in codes])
    return codes


async def use_code(tx: Tx, user_id: UserId, code: str) -> bool:
    """Use a code up, if it is one that was not used before."""
    used = await spend_code(
        tx, tenant_id=tx.tenant_id, user_id=user_id, code_hash=_hash(user_id, code)
    )
    return used is not None


def _new_code() -> str:
    groups = ("".join(map(secrets.choice, [ALPHABET] * OF_A_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def _hash(user_id: UserId, code: str) -> bytes:
    """Of the code for this user, so that nobody tries one on all of them; however it is typed."""
    plain = "".join(filter(str.isalnum, code.lower()))
    return hashlib.sha256(user_id.bytes + plain.encode("utf-8", "surrogatepass")).digest()


@sql
async def delete_codes(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> None: ...


@sql
async def insert_codes(tx: Tx, *, user_id: UserId, code_hashes: list[bytes]) -> None: ...


@sql
async def spend_code(
    tx: Tx, *, tenant_id: TenantId, user_id: UserId, code_hash: bytes
) -> UserId | None: ...


@sql
async def count_codes(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> int: ...
