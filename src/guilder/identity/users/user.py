"""The user: a person or a system that can sign in."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Any, ClassVar, NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from guilder.kernel import Fact, TenantId

UserId = NewType("UserId", UUID)


class Language(StrEnum):
    """In which language somebody is written to."""

    EN = auto()
    DE = auto()
    ES = auto()
    FR = auto()


class User(msgspec.Struct, frozen=True):
    """Somebody who can sign in, at home in one tenant. The password's hash is never among this."""

    tenant_id: TenantId
    id: UserId
    email: str | None
    email_verified_at: datetime | None
    username: str | None
    name: str | None
    first_name: str | None
    last_name: str | None
    avatar_url: str | None
    phone_number: str | None
    sso_provider: str | None
    sso_subject: str | None
    stripe_customer_id: str | None
    stripe_subscription_id: str | None
    language: Language
    metadata: dict[str, Any]
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class UserChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different about a user; what is not named stays, and null takes it away."""

    username: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET
    first_name: str | UnsetType | None = UNSET
    last_name: str | UnsetType | None = UNSET
    avatar_url: str | UnsetType | None = UNSET
    phone_number: str | UnsetType | None = UNSET
    language: Language | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET

    def applied_to(self, user: User) -> User:
        """The user as they would be."""
        named = msgspec.structs.asdict(self)
        wanted = {name: value for name, value in named.items() if value is not UNSET}
        return msgspec.structs.replace(user, **wanted)


class UserSignedUp(Fact, frozen=True):
    """Somebody new can sign in."""

    name: ClassVar[str] = "user.signed_up"
    data: User


class UserUpdated(Fact, frozen=True):
    """A user's profile, e-mail or what proves them is different from now on."""

    name: ClassVar[str] = "user.updated"
    data: User
