"""The return: pieces of an order that the buyer has, and that are to come back."""

from datetime import datetime
from enum import StrEnum, auto
from typing import NewType
from uuid import UUID

import msgspec

from guilder.checkout.orders import Pieces
from guilder.checkout.refunds import RefundId
from guilder.checkout.sessions import OrderId
from guilder.kernel import Lifecycle, Move

ReturnId = NewType("ReturnId", UUID)


class ReturnStatus(StrEnum):
    """Whether it came back."""

    REQUESTED = auto()
    RECEIVED = auto()
    REJECTED = auto()
    CANCELED = auto()


S = ReturnStatus


class ReturnLife(Lifecycle, column="checkout.order_return.status"):
    """Asked for, and then it comes back, or nobody wants it, or it stays with the buyer."""

    receive = Move(S.REQUESTED, to=S.RECEIVED)
    reject = Move(S.REQUESTED, to=S.REJECTED)
    cancel = Move(S.REQUESTED, to=S.CANCELED)


class Return(msgspec.Struct, frozen=True):
    """Pieces that are to come back. Which they are, and why, never changes."""

    id: ReturnId
    order_id: OrderId
    status: ReturnStatus
    lines: list[Pieces]
    reason: str | None
    is_restocked: bool | None
    refund_id: RefundId | None
    created_by: str
    ended_by: str | None
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime
