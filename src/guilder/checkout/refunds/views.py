"""What callers see of refunds of orders, and what they send to ask for one."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.checkout.fields import Amount
from guilder.checkout.orders import OrderLineId, SomePieces
from guilder.checkout.sessions import OrderId
from guilder.payments import AttemptId

from .refund import Refund, RefundId, RefundStatus
from .shares import RefundAsked

Minor = Annotated[int, Meta(description="In the currency's smallest unit.", examples=[2000])]
Nothing = Annotated[int, Meta(description="In the currency's smallest unit.", examples=[0])]
Code = Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217.", examples=["EUR"])]
Reason = Annotated[str, Meta(max_length=500, examples=["requested_by_customer"])]


class OrderRefundBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount, or lines and shipping; where nothing is named, all that is left."""

    amount: Amount | None = None
    lines: Annotated[SomePieces | None, Meta(description="So many pieces of these lines.")] = None
    shipping: Annotated[bool, Meta(description="What is left of the shipping, too.")] = False
    restock: Annotated[bool, Meta(description="Put the pieces back on the shelf.")] = False
    reason: Reason | None = None

    def asked(self) -> RefundAsked:
        """The same as the verbs have it."""
        return RefundAsked(
            amount_minor=self.amount,
            lines=self.lines,
            is_of_shipping=self.shipping,
            restocks=self.restock,
            reason=self.reason,
        )


class RefundLineView(msgspec.Struct, frozen=True, kw_only=True):
    """Which pieces of a line, for how much, and how many of them go back on the shelf."""

    line_id: OrderLineId
    quantity: int
    amount: Minor
    restocked: int


class OrderRefundView(msgspec.Struct, frozen=True, kw_only=True):
    """Money of an order that is given back."""

    id: RefundId
    order_id: OrderId
    ordinal: int
    status: RefundStatus
    amount: Minor
    amount_shipping: Nothing
    currency: Code
    lines: list[RefundLineView]
    restock: bool
    reason: str | None
    transaction_ids: list[AttemptId]
    created_by: str
    created_at: datetime
    updated_at: datetime


def show(refund: Refund) -> OrderRefundView:
    """A refund as callers see it."""
    return OrderRefundView(
        id=refund.id,
        order_id=refund.order_id,
        ordinal=refund.ordinal,
        status=refund.status,
        amount=refund.amount_minor,
        amount_shipping=refund.shipping_minor,
        currency=refund.currency,
        lines=[
            RefundLineView(
                line_id=line.line_id,
                quantity=line.quantity,
                amount=line.amount_minor,
                restocked=line.restocked,
            )
            for line in refund.lines
        ],
        restock=refund.restocks,
        reason=refund.reason,
        transaction_ids=refund.transaction_ids,
        created_by=refund.created_by,
        created_at=refund.created_at,
        updated_at=refund.updated_at,
    )
