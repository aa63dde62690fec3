"""Invitations: sent by those who hold what they give, sent again, and taken back."""

import math
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.identity.quotas import require_room
from guilder.identity.roles import BuiltIn, Role, RoleId, require_held, roles_to_give
from guilder.identity.users import normal_email
from guilder.identity.verified import Serious, require_verified
from guilder.jobs import enqueue
from guilder.kernel import Actor, Problem, TenantId

from .invitation import (
    LIFETIME,
    Invitation,
    InvitationCreated,
    InvitationId,
    InvitationLife,
    InvitationRevoked,
    InvitationStatus,
)
from .mails import MailInvitation
from .members import MemberBefore, OneOwnerOnly, count_members

MOST_MAILS: Final = 5
BETWEEN_MAILS: Final = timedelta(minutes=1)
MOST_A_DAY: Final = 10
"""So often one address is mailed, also where it is invited and taken back again and again."""

DAY: Final = timedelta(days=1)


class InvitationNotFound(Problem, status=404):
    """There is no such invitation."""


class InvitedBefore(Problem, status=409):
    """This address is invited already. Send that invitation again, or take it back first."""


class InvitationAnswered(Problem, status=409):
    """This invitation was answered, or taken back."""

    status_now: InvitationStatus


class TooManyMails(Problem, status=409):
    """This invitation was mailed as often as it may be. Take it back, and send another."""

    maximum: int


class MailedJustNow(Problem, status=429):
    """This invitation was mailed a moment ago. Give it time to arrive."""

    retry_after: int


class MailedOften(Problem, status=429):
    """This address was mailed as often as it may be in a day. Invite it later."""

    retry_after: int


class Mailed(msgspec.Struct, frozen=True):
    """How many invitations have gone to an address lately, and since when."""

    mails: int
    since: datetime | None


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked to come, and what they will hold."""

    email: str
    role_ids: list[RoleId]
    message: str | None = None


async def invite(tx: Tx, inviter: Actor, new: NewInvitation) -> Invitation:
    """Ask somebody to become a member, with roles that hold no more than the inviter does."""
    require_verified(inviter, Serious.INVITATION)
    email = normal_email(new.email)
    await require_room(tx, "members", count_members)
    roles = await _roles_of_inviter(tx, inviter, new.role_ids)
    if await is_member_address(tx, email=email):
        raise MemberBefore
    await _require_rest(tx, email)
    await _make_way(tx, email)
    invitation = await insert_invitation(
        tx,
        email=email,
        role_ids=[role.id for role in roles],
        invited_by=str(inviter),
        message=new.message,
        expires_at=await tx.now() + LIFETIME,
    )
    if invitation is None:
        raise InvitedBefore
    await enqueue(tx, MailInvitation(invitation.id))
    tx.emit(InvitationCreated(invitation.id, invitation))
    await note(tx, "invitation.created", invitation)
    return invitation


async def mail_again(tx: Tx, inviter: Actor, invitation_id: InvitationId) -> Invitation:
    """Send an invitation once more, under a new token, with all of its time before it.

    Whoever does answers for it from now on.
    """
    require_verified(inviter, Serious.INVITATION)
    known = await invitation_by_id(tx, invitation_id)
    if known.expires_at <= await tx.now():
        await require_room(tx, "members", count_members)
    await _roles_of_inviter(tx, inviter, known.role_ids)
    before = await locked_invitation(tx, invitation_id)
    if before.status is not InvitationStatus.PENDING:
        raise InvitationAnswered(status_now=before.status)
    await _require_pause(tx, before)
    await _require_rest(tx, before.address)
    await save_mail(
        tx,
        tenant_id=tx.tenant_id,
        invitation_id=invitation_id,
        invited_by=str(inviter),
        expires_at=await tx.now() + LIFETIME,
    )
    invitation = await invitation_by_id(tx, invitation_id)
    await enqueue(tx, MailInvitation(invitation.id))
    await note(tx, "invitation.mailed", invitation)
    return invitation


async def revoke_invitation(tx: Tx, invitation_id: InvitationId) -> Invitation:
    """Take an invitation back. Doing it twice changes nothing."""
    before = await locked_invitation(tx, invitation_id)
    if before.status is InvitationStatus.REVOKED:
        return before
    if before.status is not InvitationStatus.PENDING:
        raise InvitationAnswered(status_now=before.status)
    return await _revoke(tx, before)


async def invitation_by_id(tx: Tx, invitation_id: InvitationId) -> Invitation:
    """One invitation of the tenant."""
    found = await find_invitation(tx, tenant_id=tx.tenant_id, invitation_id=invitation_id)
    if found is None:
        raise InvitationNotFound
    return found


async def locked_invitation(tx: Tx, invitation_id: InvitationId) -> Invitation:
    """One invitation, ours to change until the transaction ends."""
    await lock_invitation(tx, tenant_id=tx.tenant_id, invitation_id=invitation_id)
    return await invitation_by_id(tx, invitation_id)


async def note(tx: Tx, action: str, invitation: Invitation) -> None:
    """Keep what was done with an invitation, without its address, which can be forgotten."""
    told: dict[str, Any] = {
        "status": invitation.status,
        "role_ids": invitation.role_ids,
        "invited_by": invitation.invited_by,
        "expires_at": invitation.expires_at,
    }
    await audit.record(tx, action, type="invitation", id=invitation.id, after=told)


async def _roles_of_inviter(tx: Tx, inviter: Actor, role_ids: list[RoleId]) -> list[Role]:
    roles = await roles_to_give(tx, role_ids)
    if any(role.built_in is BuiltIn.OWNER for role in roles):
        raise OneOwnerOnly
    require_held(inviter, [name for role in roles for name in role.permissions])
    return roles


async def _make_way(tx: Tx, email: str) -> None:
    """One whose time is over does not keep its address from being invited again."""
    expired = await lock_expired(tx, tenant_id=tx.tenant_id, email=email)
    for invitation_id in expired:
        await _revoke(tx, await invitation_by_id(tx, invitation_id))


async def _revoke(tx: Tx, before: Invitation) -> Invitation:
    status = InvitationLife.revoke(before.status)
    await set_status(tx, tenant_id=tx.tenant_id, invitation_id=before.id, status=status)
    revoked = await invitation_by_id(tx, before.id)
    tx.emit(InvitationRevoked(revoked.id, revoked))
    await note(tx, "invitation.revoked", revoked)
    return revoked


async def _require_pause(tx: Tx, invitation: Invitation) -> None:
    if invitation.mails >= MOST_MAILS:
        raise TooManyMails(maximum=MOST_MAILS)
    if invitation.last_mailed_at is None:
        return
    left = invitation.last_mailed_at + BETWEEN_MAILS - await tx.now()
    if left > timedelta(0):
        raise MailedJustNow(retry_after=math.ceil(left.total_seconds()))


async def _require_rest(tx: Tx, email: str) -> None:
    """Refuse to fill the mailbox of somebody who may not have asked for it."""
    lately = await mailed_lately(tx, tenant_id=tx.tenant_id, email=email, within=DAY)
    if lately.since is not None and lately.mails >= MOST_A_DAY:
        left = lately.since + DAY - await tx.now()
        raise MailedOften(retry_after=max(1, math.ceil(left.total_seconds())))


@sql
async def is_member_address(tx: Tx, *, email: str) -> bool: ...


@sql
async def mailed_lately(
    tx: Tx, *, tenant_id: TenantId, email: str, within: timedelta
) -> Mailed: ...


@sql
async def insert_invitation(
    tx: Tx,
    *,
    email: str,
    role_ids: list[RoleId],
    invited_by: str,
    message: str | None,
    expires_at: datetime,
) -> Invitation | None: ...


@sql
async def find_invitation(
    tx: Tx, *, tenant_id: TenantId, invitation_id: InvitationId
) -> Invitation | None: ...


@sql
async def newest_invitations(
    tx: Tx,
    *,
    tenant_id: TenantId,
    status: InvitationStatus | None,
    before: InvitationId | None,
    most: int,
) -> list[Invitation]: ...


@sql
async def lock_invitation(
    tx: Tx, *, tenant_id: TenantId, invitation_id: InvitationId
) -> InvitationId | None: ...


@sql
async def lock_expired(tx: Tx, *, tenant_id: TenantId, email: str) -> list[InvitationId]: ...


@sql
async def save_mail(
    tx: Tx,
    *,
    tenant_id: TenantId,
    invitation_id: InvitationId,
    invited_by: str,
    expires_at: datetime,
) -> None: ...


@sql
async def set_status(
    tx: Tx, *, tenant_id: TenantId, invitation_id: InvitationId, status: InvitationStatus
) -> None: ...
