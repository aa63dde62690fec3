"""Guesses: whoever tells promotion codes that there are not has to wait.

They are counted by the cart, wherever they are told of it, and by where they come from, since
whoever guesses can have as many carts as they like. What holds was no guess.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from guilder.checkout import (
    CartId,
    CodeNotTaken,
    FilledCart,
    NewCart,
    PromotionNeedsCustomer,
    PromotionNotFound,
    PromotionNotRunning,
    PromotionUsedUp,
    Shelf,
    open_carts,
)
from guilder.db import Pool, Tx
from guilder.identity import (
    Brake,
    TooManyAttempts,
    require_pace,
    require_pace_within,
    take_back,
    take_back_within,
)
from guilder.kernel import Problem, TenantId

WRONG: Final = (
    CodeNotTaken,
    PromotionNeedsCustomer,
    PromotionNotFound,
    PromotionNotRunning,
    PromotionUsedUp,
)
"""What a code is answered by that does not hold."""


@asynccontextmanager
async def guessing(
    pool: Pool, tenant_id: TenantId, cart_id: CartId, *, address: str
) -> AsyncIterator[None]:
    """Look at a code of a cart, unless too many were wrong that came from there, or for it."""
    counts = [(Brake.CODE, str(cart_id)), (Brake.CODE_PLACE, _place(tenant_id, address))]
    for brake, name in counts:
        await require_pace(pool, brake, name)
    try:
        yield
    except Problem as problem:
        if not isinstance(problem, WRONG):  # whatever was in the way, it was not the code
            await _take_back(pool, counts)
        raise
    await _take_back(pool, counts)


async def open_at_pace(
    tx: Tx, shelf: Shelf, asked: Sequence[NewCart]
) -> list[FilledCart | Problem]:
    """Open carts; those that bring a code, while not too many were wrong that came from there.

    What is wrong with one is nothing to the others, so the transaction in which they are counted
    is committed.
    """
    place = _place(tx.tenant_id, tx.actor.address if tx.actor and tx.actor.address else "")
    braked = {at: await _braked(tx, place) for at, new in enumerate(asked) if new.promotion_codes}
    looked_at = [new for at, new in enumerate(asked) if braked.get(at) is None]
    opened = iter(await open_carts(tx, shelf, looked_at) if looked_at else [])
    outcomes = [braked.get(at) or next(opened) for at in range(len(asked))]
    for at in braked:
        if not isinstance(outcomes[at], (TooManyAttempts, PromotionNotFound)):
            await take_back_within(tx, Brake.CODE_PLACE, place)
    return outcomes


async def _braked(tx: Tx, place: str) -> TooManyAttempts | None:
    try:
        await require_pace_within(tx, Brake.CODE_PLACE, place)
    except TooManyAttempts as braked:
        return braked
    return None


async def _take_back(pool: Pool, counts: Sequence[tuple[Brake, str]]) -> None:
    for brake, name in counts:
        await take_back(pool, brake, name)


def _place(tenant_id: TenantId, address: str) -> str:
    """Which codes there are is a tenant's own, and so is who guesses at them."""
    return f"{tenant_id} {address}"
