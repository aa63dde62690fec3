"""What callers see of returns, and what they send to announce and receive one."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from guilder.checkout.orders import Pieces, SomePieces
from guilder.checkout.refunds import OrderRefundView, Refund, RefundId, show_refund
from guilder.checkout.sessions import OrderId

from .order_return import Return, ReturnId, ReturnStatus

Reason = Annotated[str, Meta(max_length=500, examples=["too small"])]


class ReturnBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which pieces come back, and why."""

    lines: SomePieces
    reason: Reason | None = None


class ReceiptBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done with what came back."""

    restock: Annotated[bool, Meta(description="Put the pieces back on the shelf.")] = True
    refund: Annotated[bool, Meta(description="Give back what they cost.")] = True


class ReturnView(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of an order that are to come back, and what became of that."""

    id: ReturnId
    order_id: OrderId
    status: ReturnStatus
    lines: list[Pieces]
    reason: str | None
    restocked: bool | None
    refund_id: RefundId | None
    created_by: str
    ended_by: str | None
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ReceiptView(ReturnView, frozen=True, kw_only=True):
    """A return that came back, with the refund that was begun for it."""

    refund: OrderRefundView | None


def show(found: Return) -> ReturnView:
    """A return as callers see it."""
    return ReturnView(**_fields(found))


def show_receipt(received: Return, refund: Refund | None) -> ReceiptView:
    """A return that came back, as callers see it."""
    return ReceiptView(**_fields(received), refund=show_refund(refund) if refund else None)


def _fields(found: Return) -> dict[str, Any]:
    fields = msgspec.structs.asdict(found)
    return fields | {"restocked": fields.pop("is_restocked")}
