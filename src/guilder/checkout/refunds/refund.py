"""The refund of an order: how much goes back, for which of its pieces, and what became of it."""

from datetime import datetime
from enum import StrEnum, auto
from typing import NewType
from uuid import UUID

import msgspec

from guilder.checkout.orders import OrderLineId
from guilder.checkout.sessions import OrderId
from guilder.kernel import Currency, Lifecycle, Move
from guilder.payments import AttemptId

RefundId = NewType("RefundId", UUID)


class RefundStatus(StrEnum):
    """Whether it is known what became of it."""

    PENDING = auto()
    SUCCEEDED = auto()
    FAILED = auto()


S = RefundStatus


class RefundLife(Lifecycle, column="checkout.refund.status"):
    """Asked for, and sooner or later known. Even what was given back may come back to us."""

    succeed = Move(S.PENDING, to=S.SUCCEEDED)
    fail = Move(S.PENDING, S.SUCCEEDED, to=S.FAILED)


class RefundLine(msgspec.Struct, frozen=True, kw_only=True):
    """Which pieces of a line, what they cost, and how many of them go back on the shelf."""

    line_id: OrderLineId
    quantity: int
    amount_minor: int
    restocked: int


class Refund(msgspec.Struct, frozen=True):
    """Money of an order that is given back, through its payment's gateway."""

    id: RefundId
    order_id: OrderId
    ordinal: int
    amount_minor: int
    shipping_minor: int
    currency: Currency
    reason: str | None
    restocks: bool
    lines: list[RefundLine]
    status: RefundStatus
    transaction_ids: list[AttemptId]
    created_by: str
    created_at: datetime
    updated_at: datetime
