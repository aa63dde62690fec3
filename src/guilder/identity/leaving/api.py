"""The leaving API: users leave a tenant, take along what is held of them, and are forgotten."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.db import Tx
from guilder.http import OWN, Caller, delete, get
from guilder.identity.members import MemberNotFound, OwnerStays
from guilder.identity.ownership import Membership
from guilder.identity.proof import PROOF_PROBLEMS
from guilder.identity.users import Passwords
from guilder.identity.users.api import own_id
from guilder.identity.users.views import Password
from guilder.kernel import Actor, TenantId

from .deletion import Deleted, OwnerMustHandOver, delete_user
from .departures import NotYourTenant, depart
from .exports import Places, UserExport, export_user

Position = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class DeletionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password, from whoever has one."""

    password: Password | None = None


@get("/v1/me/export", OWN)
async def export_me(
    tx: Tx,
    actor: Actor,
    *,
    sessions_before: UUID | None = None,
    api_keys_before: UUID | None = None,
    audit_before: Position | None = None,
) -> UserExport:
    """Take along everything that is held about oneself.

    Of sessions, keys and what was done a thousand of each. Where there is more of one,
    `is_complete` is false and `more` names what to ask with to go on.
    """
    places = Places(
        sessions_before=sessions_before,
        api_keys_before=api_keys_before,
        audit_before=audit_before,
    )
    return await export_user(tx, own_id(actor), places)


@delete("/v1/me", OWN, problems=(*PROOF_PROBLEMS, OwnerMustHandOver))
async def delete_me(caller: Caller, body: DeletionBody, passwords: Passwords) -> Deleted:
    """Be forgotten.

    All sessions end, memberships and what proves one go, tenants that are one's own alone are
    cancelled. No invitation keeps the address, nor what was told of one, in whichever tenant.
    What was done stays in the books, under a bare id.
    """
    return await delete_user(caller, passwords, password=body.password or "")


@delete("/v1/me/tenants/{tenant_id}", OWN, problems=(MemberNotFound, NotYourTenant, OwnerStays))
async def leave_tenant(caller: Caller, actor: Actor, tenant_id: TenantId) -> Membership:
    """Leave a tenant to which one belongs.

    It opens nothing from the next request on, and all keys that one made there are revoked. One
    stays a user, at home where one was. The owner hands the tenant over before. The answer is
    what one was there.
    """
    return await depart(caller, own_id(actor), tenant_id)


ENDPOINTS: Final = (export_me, delete_me, leave_tenant)
