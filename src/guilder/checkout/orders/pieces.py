"""Pieces: a number of a line, which is sent, comes back, or is refunded."""

from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.checkout.limits import MOST_LINES, MOST_PIECES
from guilder.kernel import Problem

from .order import OrderLine, OrderLineId


class OrderLineNotFound(Problem, status=404):
    """There is no such line in this order."""

    line_id: OrderLineId


class PiecesNotLeft(Problem, status=409):
    """So many pieces of this line are not left for that."""

    line_id: OrderLineId
    left: int


class NoPiecesLeft(Problem, status=409):
    """There is nothing left of this order for that."""


class Pieces(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of one line."""

    line_id: OrderLineId
    quantity: Annotated[int, Meta(ge=1, le=MOST_PIECES, examples=[1])]


SomePieces = Annotated[list[Pieces], Meta(min_length=1, max_length=MOST_LINES)]


def chosen(
    lines: Sequence[OrderLine], asked: Sequence[Pieces], *, left: Callable[[OrderLine], int]
) -> list[tuple[OrderLine, int]]:
    """The lines that are named, each once, with their pieces; so many have to be left."""
    by_id = {line.id: line for line in lines}
    wanted: dict[OrderLineId, int] = {}
    for one in asked:
        if one.line_id not in by_id:
            raise OrderLineNotFound(line_id=one.line_id)
        wanted[one.line_id] = wanted.get(one.line_id, 0) + one.quantity
    for line_id, quantity in wanted.items():
        if quantity > left(by_id[line_id]):
            raise PiecesNotLeft(line_id=line_id, left=left(by_id[line_id]))
    return [(by_id[line_id], quantity) for line_id, quantity in wanted.items()]


def pieces_of(counted: Sequence[tuple[OrderLine, int]]) -> list[Pieces]:
    """The same, as it is written down."""
    return [Pieces(line_id=line.id, quantity=quantity) for line, quantity in counted]
