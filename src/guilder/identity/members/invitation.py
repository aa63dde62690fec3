"""The invitation: somebody is asked to become a member, by mail."""

from datetime import datetime
from enum import StrEnum, auto
from typing import NewType
from uuid import UUID

import msgspec

from guilder.kernel import Lifecycle, Move

InvitationId = NewType("InvitationId", UUID)


class InvitationStatus(StrEnum):
    """What became of an invitation. One whose time is over is pending still, and opens nothing."""

    PENDING = auto()
    ACCEPTED = auto()
    DECLINED = auto()
    REVOKED = auto()


S = InvitationStatus


class InvitationLife(Lifecycle, column="identity.invitation.status"):
    """Open until somebody says yes or no, or it is taken back."""

    accept = Move(S.PENDING, to=S.ACCEPTED)
    decline = Move(S.PENDING, to=S.DECLINED)
    revoke = Move(S.PENDING, to=S.REVOKED)


class Invitation(msgspec.Struct, frozen=True):
    """Somebody was asked to become a member, with these roles."""

    id: InvitationId
    email: str
    status: InvitationStatus
    invited_by: str
    message: str | None
    mails: int
    last_mailed_at: datetime | None
    accepted_by: UUID | None
    expires_at: datetime
    created_at: datetime
    updated_at: datetime
