"""The ticket: somebody who reads this mail may do one thing, once."""

from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final, NewType
from uuid import UUID

import msgspec

from guilder.identity.users import UserId

TicketId = NewType("TicketId", UUID)

PREFIX: Final = "gt"


class Purpose(StrEnum):
    """What a ticket is good for."""

    VERIFY_EMAIL = auto()
    CHANGE_EMAIL = auto()
    RESET_PASSWORD = auto()


LIFETIMES: Final = {
    Purpose.VERIFY_EMAIL: timedelta(days=3),
    Purpose.CHANGE_EMAIL: timedelta(days=1),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
}


class Ticket(msgspec.Struct, frozen=True):
    """What was mailed to an address, for a user. The token is not among this."""

    id: TicketId
    user_id: UserId
    purpose: Purpose
    email: str
    expires_at: datetime
    used_at: datetime | None
    created_at: datetime
