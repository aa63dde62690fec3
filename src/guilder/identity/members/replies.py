"""Replies: whoever shows what the mail carried says yes or no, once.

An invitation is as good as whoever sent it: it opens nothing any more once they could not send
it themselves.
"""

from typing import Final
from uuid import UUID

import msgspec

from guilder.db import Tx, sql
from guilder.identity.api_key import ApiKeyId
from guilder.identity.roles import held_by, roles_to_give
from guilder.identity.tenant import TenantStatus
from guilder.identity.tenants import lock_tenant
from guilder.identity.users import Home, UserId
from guilder.kernel import Actor, ActorKind, Problem, TenantId, hash_of, read_token

from .invitation import (
    PREFIX,
    Invitation,
    InvitationAccepted,
    InvitationDeclined,
    InvitationId,
    InvitationLife,
    InvitationStatus,
)
from .invitations import invitation_by_id, note, set_status
from .member import Member
from .members import add_member

INVITES: Final = "members:write"


class InvitationNotOpen(Problem, status=404):
    """This invitation opens nothing: it was answered, taken back or mailed anew, or is too old."""


class InvitationForAnother(Problem, status=403):
    """This invitation went to another e-mail than the one that you sign in with."""


class Joined(msgspec.Struct, frozen=True):
    """Somebody has said yes."""

    invitation: Invitation
    member: Member


def tenant_of_invitation(token: str) -> TenantId:
    """The tenant that invites with this token."""
    name = read_token(token)
    if name is None or name.prefix != PREFIX:
        raise InvitationNotOpen
    return name.tenant_id


async def open_invitation(tx: Tx, token: str) -> Invitation:
    """The invitation that this token opens, ours to answer until the transaction ends."""
    tenant = await lock_tenant(tx, tenant_id=tx.tenant_id)
    if tenant is None or tenant.status is not TenantStatus.ACTIVE:
        raise InvitationNotOpen
    known = await lock_open(tx, tenant_id=tx.tenant_id, token_hash=hash_of(token))
    if known is None:
        raise InvitationNotOpen
    invitation = await invitation_by_id(tx, known)
    await _require_voucher(tx, invitation)
    return invitation


async def accept(tx: Tx, invitation: Invitation, home: Home, *, email: str) -> Joined:
    """Say yes, as the user who signs in with the address that was invited."""
    status = InvitationLife.accept(invitation.status)
    if not await is_same_address(tx, one=invitation.address, other=email):
        raise InvitationForAnother
    await set_accepted(
        tx,
        tenant_id=tx.tenant_id,
        invitation_id=invitation.id,
        status=status,
        user_id=home.user_id,
    )
    member = await add_member(tx, home, invitation.role_ids)
    accepted = await invitation_by_id(tx, invitation.id)
    tx.emit(InvitationAccepted(accepted.id, accepted))
    await note(tx, "invitation.accepted", accepted)
    return Joined(accepted, member)


async def decline(tx: Tx, token: str) -> Invitation:
    """Say no."""
    before = await open_invitation(tx, token)
    status = InvitationLife.decline(before.status)
    await set_status(tx, tenant_id=tx.tenant_id, invitation_id=before.id, status=status)
    declined = await invitation_by_id(tx, before.id)
    tx.emit(InvitationDeclined(declined.id, declined))
    await note(tx, "invitation.declined", declined)
    return declined


async def _require_voucher(tx: Tx, invitation: Invitation) -> None:
    """Whoever sent it holds today what it gives."""
    roles = await roles_to_give(tx, invitation.role_ids)
    voucher = await _voucher(tx, invitation.invited_by)
    given = {INVITES, *(name for role in roles for name in role.permissions)}
    if voucher is None or not all(map(voucher.allows, given)):
        raise InvitationNotOpen


async def _voucher(tx: Tx, invited_by: str) -> Actor | None:
    kind, _, written = invited_by.partition(":")
    match kind:
        case ActorKind.USER:
            user_id = UserId(UUID(written))
            return (await held_by(tx, [user_id])).get(user_id)
        case ActorKind.API_KEY:
            key_id = ApiKeyId(UUID(written))
            scopes = await scopes_of_key(tx, tenant_id=tx.tenant_id, key_id=key_id)
        case _:
            scopes = ["*"]
    return Actor(kind=ActorKind(kind), tenant_id=tx.tenant_id, scopes=frozenset(scopes))


@sql
async def lock_open(tx: Tx, *, tenant_id: TenantId, token_hash: bytes) -> InvitationId | None: ...


@sql
async def is_same_address(tx: Tx, *, one: str, other: str) -> bool: ...


@sql
async def scopes_of_key(tx: Tx, *, tenant_id: TenantId, key_id: ApiKeyId) -> list[str]: ...


@sql
async def set_accepted(
    tx: Tx,
    *,
    tenant_id: TenantId,
    invitation_id: InvitationId,
    status: InvitationStatus,
    user_id: UserId,
) -> None: ...
