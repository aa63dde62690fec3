"""A fact as the tenant's log keeps it."""

from datetime import datetime
from typing import Any, NewType
from uuid import UUID

import msgspec

EventId = NewType("EventId", UUID)


class Event(msgspec.Struct, frozen=True, kw_only=False):
    """What happened, at its position in the tenant's log."""

    id: EventId
    position: int
    type: str
    version: int
    object_id: UUID
    data: Any
    actor: str
    occurred_at: datetime

    @property
    def object_type(self) -> str:
        return self.type.partition(".")[0]
