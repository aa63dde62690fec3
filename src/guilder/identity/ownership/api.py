"""The ownership API: tenants are founded by users, and handed over by their owners."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.db import Tx
from guilder.http import OWN, Caller, Unfinished, get, post
from guilder.identity.api import TenantView, show_whole
from guilder.identity.members import MemberId, MemberNotFound
from guilder.identity.place import SlugNotValid, SlugTaken
from guilder.identity.proof import PROOF_PROBLEMS
from guilder.identity.tenant import TenantName
from guilder.identity.tenants import NameNotValid, new_tenant_id
from guilder.identity.users import Home, Passwords, UserNotFound
from guilder.identity.users.api import own_id
from guilder.identity.users.views import Password
from guilder.kernel import Actor, IllegalMove, TenantId

from .cancellations import cancel_own
from .founding import Founding, TooManyTenants, found, require_room_to_found
from .memberships import Membership, memberships_of
from .transfers import OwnerNeeded, OwnsItAlready, transfer

Slug = Annotated[str, Meta(min_length=1, max_length=63, examples=["tulips"])]


class NewTenantBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a tenant shall be called."""

    name: TenantName
    slug: Slug | None = None


class TransferBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose the tenant shall be, and the password of whoever it is now."""

    member_id: MemberId
    password: Password


class CancellationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password of the owner, if they have one."""

    password: Password | None = None


class TransferView(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a tenant is from now on."""

    tenant_id: TenantId
    owner_id: UUID | None


class MembershipList(msgspec.Struct, frozen=True):
    """Every tenant of which somebody is a member."""

    data: list[Membership]


@get("/v1/me/tenants", OWN)
async def list_own_tenants(tx: Tx, actor: Actor) -> MembershipList:
    """List the tenants to which one belongs.

    `Guilder-Tenant` names one of them in which to act; without it that is the one at home.
    """
    return MembershipList(await memberships_of(tx, own_id(actor)))


async def finish_founding(caller: Caller, work: Founding) -> TenantView:
    """Found it, if it is not there yet."""
    return show_whole(await found(caller, work))


@post(
    "/v1/tenants",
    OWN,
    finish=finish_founding,
    problems=(NameNotValid, SlugNotValid, SlugTaken, TooManyTenants, UserNotFound),
)
async def found_tenant(
    tx: Tx, actor: Actor, body: NewTenantBody
) -> TenantView | Unfinished[Founding]:
    """Found another tenant, which is one's own."""
    await require_room_to_found(tx, own_id(actor))
    home = Home(tx.tenant_id, own_id(actor))
    named: dict[str, Any] = msgspec.structs.asdict(body)
    return Unfinished(Founding(await new_tenant_id(tx), home, **named))


@post(
    "/v1/tenant/ownership-transfers",
    "tenant:own",
    problems=(MemberNotFound, OwnerNeeded, OwnsItAlready, *PROOF_PROBLEMS),
)
async def transfer_ownership(
    caller: Caller, body: TransferBody, passwords: Passwords
) -> TransferView:
    """Hand the tenant over to another member.

    Whoever owned it is an admin from then on, and keeps no key that opens more. Both are told
    by mail.
    """
    tenant = await transfer(caller, passwords, body.member_id, password=body.password)
    return TransferView(tenant_id=tenant.id, owner_id=tenant.owner_id)


@post(
    "/v1/tenant/cancellations",
    "tenant:own",
    problems=(IllegalMove, OwnerNeeded, *PROOF_PROBLEMS),
)
async def cancel_tenant(caller: Caller, body: CancellationBody, passwords: Passwords) -> TenantView:
    """End the tenant's use, for good.

    From the next request on nobody reads or writes in it, with whatever token. Its rows stay.
    """
    return show_whole(await cancel_own(caller, passwords, password=body.password or ""))


ENDPOINTS = (list_own_tenants, found_tenant, transfer_ownership, cancel_tenant)
