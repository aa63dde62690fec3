"""Cancellations: the owner ends the tenant's use for good, with their password."""

from guilder.db import Tx
from guilder.http import Caller
from guilder.identity.proof import require_password_if_any
from guilder.identity.tenant import Tenant
from guilder.identity.tenants import cancel, current_tenant
from guilder.identity.users import Home, Passwords
from guilder.kernel import Actor

from .transfers import require_owner


async def cancel_own(caller: Caller, passwords: Passwords, *, password: str) -> Tenant:
    """End the use of the tenant for its owner, who shows their password if they have one."""
    owner = await caller.transact(_who)
    await require_password_if_any(caller.pool, passwords, owner, password=password)
    return await caller.transact(cancel_for)


async def _who(tx: Tx, actor: Actor) -> Home:
    user_id = require_owner(actor, await current_tenant(tx))
    return Home(actor.home_tenant_id or actor.tenant_id, user_id)


async def cancel_for(tx: Tx, actor: Actor) -> Tenant:
    """Cancel it, unless it became somebody else's while the password was looked at."""
    cancelled = await cancel(tx)
    require_owner(actor, cancelled)
    return cancelled
