"""Withheld: why promotions with these codes are not to be had now, where they are not."""

from collections.abc import Iterable
from enum import StrEnum, auto

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import TenantId


class Withheld(StrEnum):
    """Why a promotion is not to be had."""

    INACTIVE = auto()
    NOT_BEGUN = auto()
    ENDED = auto()
    USED_UP = auto()


class CodeNow(msgspec.Struct, frozen=True):
    """A promotion by its code, and what stands against it now."""

    code: str
    reason: Withheld | None


async def withheld(tx: Tx, codes: Iterable[str]) -> dict[str, Withheld]:
    """Of these codes those that are not to be had now."""
    found = await codes_now(tx, tenant_id=tx.tenant_id, codes=list(codes))
    return {one.code: one.reason for one in found if one.reason is not None}


@sql
async def codes_now(tx: Tx, *, tenant_id: TenantId, codes: list[str]) -> list[CodeNow]: ...
