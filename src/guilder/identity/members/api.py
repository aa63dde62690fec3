"""The members API: who belongs to the tenant, and who is asked to."""

import functools

import msgspec

from guilder.db import Tx
from guilder.http import Listing, Page, delete, get, patch, post
from guilder.identity.quotas import QuotaExceeded
from guilder.identity.roles import GIVING_PROBLEMS, RoleNotKnown
from guilder.identity.users import EmailNotValid
from guilder.identity.verified import EmailNotVerified
from guilder.kernel import Actor

from .invitation import InvitationId, InvitationStatus
from .invitations import (
    InvitationAnswered,
    InvitationNotFound,
    InvitedBefore,
    MailedJustNow,
    MailedOften,
    NewInvitation,
    TooManyMails,
    invitation_by_id,
    invite,
    mail_again,
    newest_invitations,
    revoke_invitation,
)
from .member import MemberChanges, MemberId
from .members import (
    MemberBefore,
    MemberNotFound,
    OneOwnerOnly,
    OwnerStays,
    remove_member,
    update_member,
)
from .people import newest_people, person_by_id
from .views import (
    InvitationView,
    MemberPatch,
    MemberView,
    NewInvitationBody,
    show_invitation,
    show_member,
)

INVITING = (
    *GIVING_PROBLEMS,
    EmailNotVerified,
    MailedOften,
    OneOwnerOnly,
    QuotaExceeded,
    RoleNotKnown,
)


@get("/v1/members", "members:read")
async def list_members(tx: Tx, page: Page) -> Listing[MemberView]:
    """List the members, those who came last first."""
    found = await newest_people(tx, before=page.after(MemberId), most=page.most)
    return page.listing(found, at=lambda person: person.id, show=show_member)


@get("/v1/members/{member_id}", "members:read", problems=(MemberNotFound,))
async def show_one_member(tx: Tx, member_id: MemberId) -> MemberView:
    """Look at one member."""
    return show_member(await person_by_id(tx, member_id))


@patch(
    "/v1/members/{member_id}",
    "members:write",
    problems=(*GIVING_PROBLEMS, MemberNotFound, OneOwnerOnly, OwnerStays, RoleNotKnown),
)
async def change_member(tx: Tx, actor: Actor, member_id: MemberId, body: MemberPatch) -> MemberView:
    """Give a member other roles, from their next request on.

    `role_ids` is replaced as a whole. Nobody gives roles that hold more than they do, nor changes
    members who do. Keys that open more than their maker holds after that are revoked.
    """
    changes = MemberChanges(**msgspec.structs.asdict(body))
    await update_member(tx, actor, member_id, changes)
    return show_member(await person_by_id(tx, member_id))


@delete(
    "/v1/members/{member_id}",
    "members:write",
    problems=(*GIVING_PROBLEMS, MemberNotFound, OwnerStays),
)
async def drop_member(tx: Tx, actor: Actor, member_id: MemberId) -> MemberView:
    """Remove a member.

    They do nothing here from their next request on, and all keys that they made are revoked.
    The answer is what they were.
    """
    person = await person_by_id(tx, member_id)
    await remove_member(tx, actor, member_id)
    return show_member(person)


@get("/v1/invitations", "members:read")
async def list_invitations(
    tx: Tx, page: Page, status: InvitationStatus | None = None
) -> Listing[InvitationView]:
    """List the invitations, newest first."""
    found = await newest_invitations(
        tx,
        tenant_id=tx.tenant_id,
        status=status,
        before=page.after(InvitationId),
        most=page.most,
    )
    show = functools.partial(show_invitation, now=await tx.now())
    return page.listing(found, at=lambda invitation: invitation.id, show=show)


@post(
    "/v1/invitations",
    "members:write",
    problems=(*INVITING, EmailNotValid, InvitedBefore, MemberBefore),
)
async def create_invitation(tx: Tx, actor: Actor, body: NewInvitationBody) -> InvitationView:
    """Ask somebody to become a member, by mail.

    It holds a place of the quota `members` until it is answered, taken back, or too old.
    """
    new = NewInvitation(**msgspec.structs.asdict(body))
    return show_invitation(await invite(tx, actor, new), await tx.now())


@get("/v1/invitations/{invitation_id}", "members:read", problems=(InvitationNotFound,))
async def show_one_invitation(tx: Tx, invitation_id: InvitationId) -> InvitationView:
    """Look at one invitation."""
    return show_invitation(await invitation_by_id(tx, invitation_id), await tx.now())


@delete(
    "/v1/invitations/{invitation_id}",
    "members:write",
    problems=(InvitationAnswered, InvitationNotFound),
)
async def drop_invitation(tx: Tx, invitation_id: InvitationId) -> InvitationView:
    """Take an invitation back: what was mailed opens nothing any more."""
    return show_invitation(await revoke_invitation(tx, invitation_id), await tx.now())


@post(
    "/v1/invitations/{invitation_id}/mails",
    "members:write",
    problems=(*INVITING, InvitationAnswered, InvitationNotFound, MailedJustNow, TooManyMails),
)
async def mail_invitation(tx: Tx, actor: Actor, invitation_id: InvitationId) -> InvitationView:
    """Mail an invitation again. What was mailed before opens nothing any more."""
    return show_invitation(await mail_again(tx, actor, invitation_id), await tx.now())


ENDPOINTS = (
    list_members,
    show_one_member,
    change_member,
    drop_member,
    list_invitations,
    create_invitation,
    show_one_invitation,
    drop_invitation,
    mail_invitation,
)
