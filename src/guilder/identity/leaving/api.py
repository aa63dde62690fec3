"""The leaving API: users take along what is held about them, and have themselves forgotten."""

from typing import Final

import msgspec

from guilder.db import Tx
from guilder.http import OWN, Caller, delete, get
from guilder.identity.proof import PasswordNotRight
from guilder.identity.users import Passwords
from guilder.identity.users.api import own_id
from guilder.identity.users.views import Password
from guilder.kernel import Actor

from .deletion import Deleted, OwnerMustHandOver, delete_user
from .exports import UserExport, export_user


class DeletionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password, from whoever has one."""

    password: Password | None = None


@get("/v1/me/export", OWN)
async def export_me(tx: Tx, actor: Actor) -> UserExport:
    """Take along everything that is held about oneself."""
    return await export_user(tx, own_id(actor))


@delete("/v1/me", OWN, problems=(PasswordNotRight, OwnerMustHandOver))
async def delete_me(caller: Caller, body: DeletionBody, passwords: Passwords) -> Deleted:
    """Be forgotten.

    All sessions end, memberships and what proves one go, tenants that are one's own alone are
    cancelled. No invitation keeps the address, nor what was told of one, in whichever tenant.
    What was done stays in the books, under a bare id.
    """
    return await delete_user(caller, passwords, password=body.password or "")


ENDPOINTS: Final = (export_me, delete_me)
