"""Hold: checkouts take the uses of promotions, in any number, each all or nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import count
from uuid import UUID

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .promotion import PromotionId
from .promotions import PromotionNotFound


class PromotionUsedUp(Problem, status=409):
    """This promotion was used as often as it may be, by everybody or by this customer."""

    promotion_id: PromotionId
    promotion_code: str | None
    per_customer: bool


class PromotionNotRunning(Problem, status=409):
    """This promotion does not run now."""

    promotion_id: PromotionId
    promotion_code: str | None


class PromotionNeedsCustomer(Problem, status=422):
    """This promotion is limited for each customer, so it has to be known who buys."""

    promotion_id: PromotionId
    promotion_code: str | None


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkout wants to use. A holder asks once.

    The buyer is whatever tells one from another: a customer's id, or a digest of an e-mail; never
    the address itself, since it is kept.
    """

    holder_id: UUID
    promotion_ids: Sequence[PromotionId]
    buyer: str | None = None


class Limits(msgspec.Struct, frozen=True):
    """How often a promotion may be used, and how often it is. Locked, so that both stay so."""

    id: PromotionId
    code: str | None
    max_uses: int | None
    max_uses_per_customer: int | None
    uses: int
    is_running: bool


class Taken(msgspec.Struct, frozen=True):
    """A use that a buyer has, with its number where it was limited when it was taken."""

    promotion_id: PromotionId
    buyer: str
    ordinal: int | None


class Stock(msgspec.Struct):
    """What there is of promotions, while one checkout after another takes of it."""

    limits: dict[PromotionId, Limits]
    taken: dict[tuple[PromotionId, str], list[int | None]]
    given: Counter[PromotionId]

    def give(self, use: Use) -> dict[PromotionId, int | None]:
        """All that a checkout wants, each with its number for this buyer; or nothing of it."""
        numbers = {one: self._number(one, use.buyer) for one in dict.fromkeys(use.promotion_ids)}
        for promotion_id, number in numbers.items():
            self.given[promotion_id] += 1
            if use.buyer is not None:
                self.taken.setdefault((promotion_id, use.buyer), []).append(number)
        return numbers

    def _number(self, promotion_id: PromotionId, buyer: str | None) -> int | None:
        limits = self.limits.get(promotion_id)
        if limits is None:
            raise PromotionNotFound
        code = limits.code
        if not limits.is_running:
            raise PromotionNotRunning(promotion_id=promotion_id, promotion_code=code)
        if (
            limits.max_uses is not None
            and limits.uses + self.given[promotion_id] >= limits.max_uses
        ):
            raise PromotionUsedUp(
                promotion_id=promotion_id, promotion_code=code, per_customer=False
            )
        if limits.max_uses_per_customer is None:
            return None
        if buyer is None:
            raise PromotionNeedsCustomer(promotion_id=promotion_id, promotion_code=code)
        taken = self.taken.get((promotion_id, buyer), [])
        if len(taken) >= limits.max_uses_per_customer:
            raise PromotionUsedUp(promotion_id=promotion_id, promotion_code=code, per_customer=True)
        return next(number for number in count(1) if number not in taken)


async def hold(tx: Tx, uses: Sequence[Use]) -> list[Problem | None]:
    """Take uses for checkouts. What one cannot have is nothing to the others."""
    asked = {one for use in uses for one in use.promotion_ids}
    if not asked:
        return [None] * len(uses)
    limits = await locked_limits(tx, asked)
    stock = Stock(limits, await _taken(tx, uses, limits), Counter())
    given = [_try(stock, use) for use in uses]
    rows = [
        (use.holder_id, promotion_id, use.buyer, number)
        for use, numbers in zip(uses, given, strict=True)
        if not isinstance(numbers, Problem)
        for promotion_id, number in numbers.items()
    ]
    if rows:
        await _write(tx, rows, stock)
    return [one if isinstance(one, Problem) else None for one in given]


async def locked_limits(
    tx: Tx, promotion_ids: Collection[PromotionId]
) -> dict[PromotionId, Limits]:
    """The limits of promotions, held to the end of the transaction.

    One whose uses became limited while it was waited for is not answered, and asked for again.
    """
    found: dict[PromotionId, Limits] = {}
    for _ in range(2):
        if missing := [one for one in promotion_ids if one not in found]:
            locked = await lock_limits(tx, tenant_id=tx.tenant_id, promotion_ids=missing)
            found |= {one.id: one for one in locked}
    return found


def _try(stock: Stock, use: Use) -> dict[PromotionId, int | None] | Problem:
    try:
        return stock.give(use)
    except Problem as refused:
        return refused


async def _taken(
    tx: Tx, uses: Sequence[Use], limits: Mapping[PromotionId, Limits]
) -> dict[tuple[PromotionId, str], list[int | None]]:
    """What these buyers have of promotions that are limited for each; nobody gives them more."""
    pairs = {
        (one, use.buyer)
        for use in uses
        for one in use.promotion_ids
        if use.buyer is not None and one in limits and limits[one].max_uses_per_customer is not None
    }
    if not pairs:
        return {}
    ids, buyers = [one for one, _ in pairs], [buyer for _, buyer in pairs]
    await take_turns(tx, promotion_ids=ids, buyers=buyers)
    found: dict[tuple[PromotionId, str], list[int | None]] = {}
    for one in await uses_of_buyers(tx, tenant_id=tx.tenant_id, promotion_ids=ids, buyers=buyers):
        found.setdefault((one.promotion_id, one.buyer), []).append(one.ordinal)
    return found


async def _write(
    tx: Tx, rows: Sequence[tuple[UUID, PromotionId, str | None, int | None]], stock: Stock
) -> None:
    counted = [one for one in stock.given if stock.limits[one].max_uses is not None]
    await insert_held(
        tx,
        tenant_id=tx.tenant_id,
        holder_ids=[row[0] for row in rows],
        promotion_ids=[row[1] for row in rows],
        buyers=[row[2] for row in rows],
        ordinals=[row[3] for row in rows],
        counted_ids=counted,
        counts=[stock.given[one] for one in counted],
    )


@sql
async def lock_limits(
    tx: Tx, *, tenant_id: TenantId, promotion_ids: list[PromotionId]
) -> list[Limits]: ...


@sql
async def take_turns(tx: Tx, *, promotion_ids: list[PromotionId], buyers: list[str]) -> None: ...


@sql
async def uses_of_buyers(
    tx: Tx, *, tenant_id: TenantId, promotion_ids: list[PromotionId], buyers: list[str]
) -> list[Taken]: ...


@sql
async def insert_held(
    tx: Tx,
    *,
    tenant_id: TenantId,
    holder_ids: list[UUID],
    promotion_ids: list[PromotionId],
    buyers: list[str | None],
    ordinals: list[int | None],
    counted_ids: list[PromotionId],
    counts: list[int],
) -> None: ...
