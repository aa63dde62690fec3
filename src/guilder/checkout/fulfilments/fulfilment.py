"""The fulfilment: a parcel with pieces of an order, on its way to the buyer."""

from datetime import datetime
from enum import StrEnum, auto
from typing import NewType
from uuid import UUID

import msgspec

from guilder.checkout.orders import Pieces
from guilder.checkout.sessions import OrderId
from guilder.kernel import Lifecycle, Move

FulfilmentId = NewType("FulfilmentId", UUID)


class ParcelStatus(StrEnum):
    """Where a parcel is."""

    SHIPPED = auto()
    DELIVERED = auto()
    CANCELED = auto()


class ParcelLife(Lifecycle, column="checkout.fulfilment.status"):
    """Sent, and then it arrives, or is called back."""

    deliver = Move(ParcelStatus.SHIPPED, to=ParcelStatus.DELIVERED)
    cancel = Move(ParcelStatus.SHIPPED, to=ParcelStatus.CANCELED)


class Tracking(msgspec.Struct, frozen=True, kw_only=True):
    """Who carries a parcel, and how it is followed."""

    carrier: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None


class Fulfilment(msgspec.Struct, frozen=True):
    """A parcel. What is in it never changes."""

    id: FulfilmentId
    order_id: OrderId
    status: ParcelStatus
    lines: list[Pieces]
    carrier: str | None
    tracking_number: str | None
    tracking_url: str | None
    created_by: str
    ended_by: str | None
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime
