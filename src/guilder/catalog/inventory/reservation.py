"""The reservation: units kept for somebody who is about to pay."""

from datetime import datetime
from enum import StrEnum, auto
from typing import NewType
from uuid import UUID

import msgspec

from guilder.catalog.variant import VariantId
from guilder.kernel import Lifecycle, Move

ReservationId = NewType("ReservationId", UUID)


class ReservationStatus(StrEnum):
    """What became of what was kept."""

    HELD = auto()
    SOLD = auto()
    RELEASED = auto()


S = ReservationStatus


class ReservationLife(Lifecycle, column="catalog.reservation.status"):
    """Kept until it is sold or let go. Who pays too late may still find it there."""

    sell = Move(S.HELD, S.RELEASED, to=S.SOLD)
    release = Move(S.HELD, to=S.RELEASED)


class Reservation(msgspec.Struct, frozen=True):
    """So many units of a variant, kept for a holder."""

    id: ReservationId
    holder_id: UUID
    variant_id: VariantId
    quantity: int
    status: ReservationStatus
    expires_at: datetime
    created_at: datetime
    updated_at: datetime
