"""What callers see of stock, and what they send to change it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.catalog.variant import VariantId
from guilder.kernel import Problem

from .adjustment import Adjustment, AdjustmentId, Reason
from .adjustments import Change
from .counting import NewStock
from .reservation import Reservation, ReservationId, ReservationStatus
from .stock import MAX_UNITS, Stock

Units = Annotated[int, Meta(ge=0, le=MAX_UNITS, examples=[12])]
Some = Annotated[int, Meta(ge=-MAX_UNITS, le=MAX_UNITS, description="So many more, or fewer.")]
Note = Annotated[str, Meta(max_length=500, examples=["Fell off a shelf."])]


class AdjustmentNotClear(Problem, status=422):
    """An adjustment names a `delta` that is not 0, or `on_hand` as counted, and not both."""


class StockBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many there are to begin with."""

    on_hand: Units = 0
    allows_backorder: bool = False

    @property
    def asked(self) -> NewStock:
        """The same in the words of the house."""
        return NewStock(self.on_hand, self.allows_backorder)


class CountingBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether more may be sold than there are."""

    allows_backorder: bool


class AdjustmentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many more or fewer there are, or how many were counted."""

    reason: Reason
    delta: Some | None = None
    on_hand: Units | None = None
    note: Note | None = None

    def asked(self, variant_id: VariantId) -> Change:
        """The same in the words of the house."""
        if (self.delta is None) == (self.on_hand is None) or self.delta == 0:
            raise AdjustmentNotClear
        return Change(
            variant_id=variant_id,
            reason=self.reason,
            delta=self.delta,
            on_hand=self.on_hand,
            note=self.note,
        )


class StockView(msgspec.Struct, frozen=True, kw_only=True):
    """How many there are of a variant."""

    variant_id: VariantId
    sku: str
    on_hand: Units
    reserved: Annotated[int, Meta(description="Kept for buyers who are about to pay.")]
    available: Annotated[int, Meta(description="On hand and not reserved.")]
    backordered: Annotated[int, Meta(description="Sold, and waiting for goods to come.")]
    allows_backorder: bool
    created_at: datetime
    updated_at: datetime


class AdjustmentView(msgspec.Struct, frozen=True, kw_only=True):
    """Why there are more or fewer than before."""

    id: AdjustmentId
    variant_id: VariantId
    delta: Some
    filled: Annotated[int, Meta(description="Of what came, so many went to backorders.")]
    on_hand: Annotated[Units, Meta(description="What was there afterwards.")]
    reason: Reason
    note: Note | None
    reference: str | None
    created_by: str
    created_at: datetime


class AdjustedView(AdjustmentView, frozen=True, kw_only=True):
    """An adjustment that was made, and the stock as it stands after it."""

    inventory: StockView


class ReservationView(msgspec.Struct, frozen=True, kw_only=True):
    """Units kept for a checkout."""

    id: ReservationId
    holder_id: Annotated[UUID, Meta(description="The checkout.")]
    variant_id: VariantId
    quantity: Units
    status: ReservationStatus
    expires_at: datetime
    created_at: datetime
    updated_at: datetime


def show_stock(stock: Stock) -> StockView:
    """Stock as callers see it."""
    available = max(0, stock.on_hand - stock.reserved)
    return StockView(available=available, **msgspec.structs.asdict(stock))


def show_adjustment(adjustment: Adjustment) -> AdjustmentView:
    """An adjustment as callers see it."""
    return AdjustmentView(**msgspec.structs.asdict(adjustment))


def show_adjusted(adjustment: Adjustment, stock: Stock) -> AdjustedView:
    """An adjustment and what it made of the stock."""
    return AdjustedView(inventory=show_stock(stock), **msgspec.structs.asdict(adjustment))


def show_reservation(reservation: Reservation) -> ReservationView:
    """A reservation as callers see it."""
    return ReservationView(**msgspec.structs.asdict(reservation))
