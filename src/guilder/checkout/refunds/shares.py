"""Shares: what pieces of a line cost, in integers that sum to the line's total. Pure."""

from collections.abc import Sequence

import msgspec

from guilder.checkout.orders import OrderLine, OrderLineId, Pieces, WholeOrder, chosen
from guilder.kernel import Money, Problem

from .refund import RefundLine


class RefundNotClear(Problem, status=422):
    """A refund names an amount, or lines and shipping, or nothing; restocked are only lines."""


class RestockNotAllowed(Problem, status=409):
    """Only what was not sent is restocked with a refund; what was sent comes back by a return."""

    line_id: OrderLineId
    left: int


class RefundAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be given back: an amount, or what it is for, or all that is left."""

    amount_minor: int | None = None
    lines: Sequence[Pieces] | None = None
    is_of_shipping: bool = False
    restocks: bool = False
    reason: str | None = None

    def refuse_unclear(self) -> None:
        """Refuse what contradicts itself."""
        names_goods = self.lines is not None or self.is_of_shipping
        is_odd = self.amount_minor is not None and (names_goods or self.restocks)
        if is_odd or (self.restocks and self.is_of_shipping and self.lines is None):
            raise RefundNotClear


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a refund comes to."""

    amount_minor: int
    shipping_minor: int = 0
    lines: list[RefundLine] = []


def share(line: OrderLine, quantity: int) -> int:
    """What the next so many pieces of a line cost.

    It is what all pieces up to these cost, less what was given back: so the last piece brings
    the sum to the line's total, whatever was rounded, or failed, before.
    """
    up_to_these = line.total_minor * (line.refunded + quantity) // line.quantity
    return max(0, up_to_these - line.refunded_minor)


def plan(whole: WholeOrder, asked: RefundAsked, *, shipping_left: int, left: int) -> Plan:
    """What is to be given back, of this much that is left."""
    asked.refuse_unclear()
    if asked.amount_minor is not None:
        return Plan(amount_minor=asked.amount_minor)
    if asked.lines is None and not asked.is_of_shipping:
        return _rest(whole, shipping_left=shipping_left, left=left, restocks=asked.restocks)
    named = chosen(whole.lines, asked.lines or (), left=lambda line: line.quantity - line.refunded)
    lines = [_line(line, quantity, restocks=asked.restocks) for line, quantity in named]
    shipping = shipping_left if asked.is_of_shipping else 0
    amount = shipping + sum(line.amount_minor for line in lines)
    return Plan(amount_minor=amount, shipping_minor=shipping, lines=lines)


def _line(line: OrderLine, quantity: int, *, restocks: bool) -> RefundLine:
    if restocks and quantity > line.sendable:
        raise RestockNotAllowed(line_id=line.id, left=line.sendable)
    return RefundLine(
        line_id=line.id,
        quantity=quantity,
        amount_minor=share(line, quantity),
        restocked=quantity if restocks else 0,
    )


def _rest(whole: WholeOrder, *, shipping_left: int, left: int, restocks: bool) -> Plan:
    """All that is left. Where amounts were given back before, it is spread over what it is for."""
    values = [line.total_minor - line.refunded_minor for line in whole.lines]
    shares = [*values, shipping_left]
    if 0 < left < sum(shares):
        parts = Money(left, whole.order.currency).allocate(shares)
        shares = [part.minor for part in parts]
    lines = [
        RefundLine(
            line_id=line.id,
            quantity=line.quantity - line.refunded,
            amount_minor=part,
            restocked=min(line.quantity - line.refunded, line.sendable) if restocks else 0,
        )
        for line, part in zip(whole.lines, shares[:-1], strict=True)
        if part or line.quantity > line.refunded
    ]
    return Plan(amount_minor=left, shipping_minor=shares[-1], lines=lines)
