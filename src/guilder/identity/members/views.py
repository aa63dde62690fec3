"""What callers see and say of members and invitations."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.identity.roles import RoleId
from guilder.identity.users import UserId
from guilder.identity.users.views import Email
from guilder.kernel import Metadata

from .invitation import Invitation, InvitationId, InvitationStatus
from .member import MemberId
from .people import Person

RoleIds = Annotated[list[RoleId], Meta(min_length=1, max_length=20)]
Message = Annotated[str, Meta(max_length=1000, examples=["The till needs you."])]


class HeldRole(msgspec.Struct, frozen=True):
    """A role that somebody holds."""

    id: RoleId
    name: str


class MemberView(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="member"):
    """A member, as the others see them."""

    id: MemberId
    user_id: UserId
    email: str | None
    email_verified: bool
    name: str | None
    username: str | None
    avatar_url: str | None
    is_owner: bool
    roles: list[HeldRole]
    last_seen_at: datetime | None
    metadata: Metadata
    created_at: datetime
    updated_at: datetime


class MemberPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a member shall be different."""

    role_ids: RoleIds | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET


class NewInvitationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is asked to come, and what they will hold."""

    email: Email
    role_ids: RoleIds
    message: Message | None = None


class InvitationView(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="invitation"
):
    """An invitation. What its mail carries is shown nowhere else."""

    id: InvitationId
    email: Annotated[str | None, Meta(description="None when whoever it is was forgotten.")]
    status: InvitationStatus
    is_expired: bool
    role_ids: list[RoleId]
    invited_by: Annotated[str, Meta(description="Who answers for it.", examples=["user:0198…"])]
    message: str | None
    mails: Annotated[int, Meta(description="How often it was mailed.", examples=[1])]
    last_mailed_at: datetime | None
    accepted_by: UUID | None
    expires_at: datetime
    created_at: datetime
    updated_at: datetime


def show_member(person: Person) -> MemberView:
    """A member, as the others see them."""
    named = msgspec.structs.asdict(person)
    roles = zip(named.pop("role_ids"), named.pop("role_names"), strict=True)
    del named["language"]
    return MemberView(
        email_verified=named.pop("is_verified"),
        roles=[HeldRole(role_id, name) for role_id, name in roles],
        **named,
    )


def show_invitation(invitation: Invitation, now: datetime) -> InvitationView:
    """An invitation, as it stands now."""
    is_expired = invitation.status is InvitationStatus.PENDING and invitation.expires_at <= now
    return InvitationView(is_expired=is_expired, **msgspec.structs.asdict(invitation))
