"""What callers see of fulfilments, and what they send to ask for one."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.checkout.limits import LONGEST_URL
from guilder.checkout.orders import Pieces, SomePieces
from guilder.checkout.sessions import OrderId

from .fulfilment import Fulfilment, FulfilmentId, ParcelStatus, Tracking

Carrier = Annotated[str, Meta(min_length=1, max_length=100, examples=["PostNL"])]
Number = Annotated[str, Meta(min_length=1, max_length=100, examples=["3SABCD1234567"])]
Url = Annotated[
    str,
    Meta(
        max_length=LONGEST_URL,
        pattern=r"^https?://[^\s]+$(?!\n)",
        examples=["https://post.example/3SABCD"],
    ),
]


class FulfilmentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which pieces are sent, all that are left where none are named; and how they are followed."""

    lines: SomePieces | None = None
    carrier: Carrier | None = None
    tracking_number: Number | None = None
    tracking_url: Url | None = None

    @property
    def tracking(self) -> Tracking:
        """How it is followed."""
        return Tracking(
            carrier=self.carrier,
            tracking_number=self.tracking_number,
            tracking_url=self.tracking_url,
        )


class TrackingChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it is followed. What is not named stays, and null takes it away."""

    carrier: Carrier | UnsetType | None = UNSET
    tracking_number: Number | UnsetType | None = UNSET
    tracking_url: Url | UnsetType | None = UNSET

    @property
    def changes(self) -> dict[str, str | None]:
        """What is named."""
        given = msgspec.structs.asdict(self)
        return {name: value for name, value in given.items() if value is not UNSET}


class FulfilmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel with pieces of an order."""

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


def show(fulfilment: Fulfilment) -> FulfilmentView:
    """A fulfilment as callers see it."""
    return FulfilmentView(**msgspec.structs.asdict(fulfilment))
