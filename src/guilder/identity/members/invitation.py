"""The invitation: somebody is asked to become a member, by mail."""

from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import ClassVar, Final, NewType
from uuid import UUID

import msgspec

from guilder.identity.roles import RoleId
from guilder.kernel import Fact, Lifecycle, Move

InvitationId = NewType("InvitationId", UUID)

PREFIX: Final = "gi"
LIFETIME: Final = timedelta(days=7)
"""So long somebody has to make up their mind; another mail begins it anew."""


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
    """Somebody was asked to become a member, with these roles. Who was forgotten has no address."""

    id: InvitationId
    email: str | None
    status: InvitationStatus
    role_ids: list[RoleId]
    invited_by: str
    message: str | None
    mails: int
    last_mailed_at: datetime | None
    accepted_by: UUID | None
    expires_at: datetime
    created_at: datetime
    updated_at: datetime

    @property
    def address(self) -> str:
        """Where it went. One that is open has not forgotten it."""
        if self.email is None:
            raise LookupError("whoever was invited was forgotten")
        return self.email


class InvitationCreated(Fact, frozen=True):
    """Somebody is asked to become a member."""

    name: ClassVar[str] = "invitation.created"
    data: Invitation


class InvitationAccepted(Fact, frozen=True):
    """Somebody who was asked said yes, and is a member."""

    name: ClassVar[str] = "invitation.accepted"
    data: Invitation


class InvitationDeclined(Fact, frozen=True):
    """Somebody who was asked said no."""

    name: ClassVar[str] = "invitation.declined"
    data: Invitation


class InvitationRevoked(Fact, frozen=True):
    """Somebody is not asked any more."""

    name: ClassVar[str] = "invitation.revoked"
    data: Invitation
