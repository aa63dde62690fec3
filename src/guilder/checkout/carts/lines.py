"""The lines of carts: how many of which variant."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from guilder.catalog import VariantId
from guilder.checkout.limits import MOST_LINES, MOST_PIECES
from guilder.db import Tx, sql
from guilder.kernel import MOST_KEYS, Problem, TenantId

from .cart import CartId, CartLine, CartLineId


class TooManyLines(Problem, status=422):
    """A cart has at most so many lines."""

    maximum: int = MOST_LINES


class TooManyPieces(Problem, status=422):
    """A line of a cart has at most so many pieces."""

    maximum: int = MOST_PIECES


class TooMuchMetadata(Problem, status=422):
    """A cart, or a line of it, has at most so many keys of metadata, those that it had included."""

    maximum: int = MOST_KEYS


class CartLineNotFound(Problem, status=404):
    """There is no such line in this cart."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A number of one variant that shall be in a cart."""

    variant_id: VariantId
    quantity: int = 1
    metadata: dict[str, Any] = {}


def summed(lines: Iterable[Wanted]) -> list[Wanted]:
    """The same, with one line for each variant."""
    found: dict[VariantId, Wanted] = {}
    for line in lines:
        if earlier := found.get(line.variant_id):
            line = replace(  # noqa: PLW2901 - the line with what came before
                line,
                quantity=earlier.quantity + line.quantity,
                metadata=earlier.metadata | line.metadata,
            )
        found[line.variant_id] = line
    return list(found.values())


def too_much(lines: Sequence[Wanted]) -> Problem | None:
    """Whether a cart of these lines would be beyond its limits."""
    if len(lines) > MOST_LINES:
        return TooManyLines()
    if any(line.quantity > MOST_PIECES for line in lines):
        return TooManyPieces()
    if any(len(line.metadata) > MOST_KEYS for line in lines):
        return TooMuchMetadata()
    return None


async def put_lines(tx: Tx, wanted: Sequence[tuple[CartId, Wanted]]) -> list[CartLine]:
    """Put lines into carts; the pieces of a variant that is in one already are added to it."""
    if not wanted:
        return []
    return await insert_lines(
        tx,
        cart_ids=[cart_id for cart_id, _ in wanted],
        variant_ids=[line.variant_id for _, line in wanted],
        quantities=[line.quantity for _, line in wanted],
        metadatas=[line.metadata for _, line in wanted],
    )


@sql
async def lines_of_carts(
    tx: Tx, *, tenant_id: TenantId, cart_ids: list[CartId]
) -> list[CartLine]: ...


@sql
async def insert_lines(
    tx: Tx,
    *,
    cart_ids: list[CartId],
    variant_ids: list[VariantId],
    quantities: list[int],
    metadatas: list[Any],
) -> list[CartLine]: ...


@sql
async def update_line(
    tx: Tx,
    *,
    tenant_id: TenantId,
    cart_id: CartId,
    line_id: CartLineId,
    quantity: int,
    metadata: dict[str, Any],
) -> CartLineId | None: ...


@sql
async def delete_line(
    tx: Tx, *, tenant_id: TenantId, cart_id: CartId, line_id: CartLineId
) -> CartLineId | None: ...
