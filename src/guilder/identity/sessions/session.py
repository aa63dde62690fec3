"""The session: somebody has signed in, and is known by a token for a while."""

from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final, NewType
from uuid import UUID

import msgspec

from guilder.identity.users import Home, UserId
from guilder.kernel import Actor, ActorKind, TenantId

SessionId = NewType("SessionId", UUID)

PREFIX: Final = "gs"
LIFETIME: Final = timedelta(days=30)
"""Whatever happens, a session ends after that. Unused it ends sooner: `identity.session_idle`."""


class SessionEnd(StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = auto()
    REVOKED = auto()
    RENEWED = auto()
    PASSWORD_CHANGED = auto()
    EMAIL_CHANGED = auto()
    SECOND_FACTOR_CHANGED = auto()
    DELETED = auto()


class Session(msgspec.Struct, frozen=True):
    """A session as its user sees it: never with its token."""

    id: SessionId
    user_id: UserId
    is_second_factor_shown: bool
    address: str | None
    user_agent: str | None
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_because: SessionEnd | None
    created_at: datetime


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """From where somebody comes, and with what."""

    address: str
    user_agent: str | None
    request_id: str

    def person(self, home: Home) -> Actor:
        """Somebody who comes from here and has shown who they are, without a session so far."""
        return Actor(
            kind=ActorKind.USER,
            tenant_id=home.tenant_id,
            id=home.user_id,
            address=self.address,
            request_id=self.request_id,
        )

    def visitor(self, tenant_id: TenantId) -> Actor:
        """Somebody who comes from here, and has shown nothing so far."""
        return Actor(
            kind=ActorKind.VISITOR,
            tenant_id=tenant_id,
            address=self.address,
            request_id=self.request_id,
        )


class Opened(msgspec.Struct, frozen=True):
    """A new session with its token, which is shown this once."""

    session: Session
    token: str
