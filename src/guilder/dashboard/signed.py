"""Who is signed in on a page: the session that the browser keeps, let in like any other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from guilder.db import Tx, tenant_transaction
from guilder.http import NotAuthenticated, Visit, Visitor
from guilder.identity import Gate
from guilder.pages import SESSION_COOKIE, cookie_in


@asynccontextmanager
async def at_home(visitor: Visitor, gate: Gate) -> AsyncIterator[Tx]:
    """A transaction at the home of whoever is signed in here, with them as its actor."""
    async with _entered(visitor, gate, is_own=True) as tx:
        yield tx


@asynccontextmanager
async def looking(visitor: Visitor, gate: Gate) -> AsyncIterator[Tx]:
    """A transaction in the tenant that somebody looks at, with what they may see there."""
    async with _entered(visitor, gate, is_own=False) as tx:
        yield tx


@asynccontextmanager
async def _entered(visitor: Visitor, gate: Gate, *, is_own: bool) -> AsyncIterator[Tx]:
    token = cookie_in(visitor, SESSION_COOKIE) or ""
    tenant_id = gate.tenant_of(token, None)
    if tenant_id is None:
        raise NotAuthenticated
    visit = Visit(token, visitor.address, visitor.request_id, is_own=is_own, is_writing=is_own)
    async with tenant_transaction(visitor.pool, tenant_id) as tx:
        tx.actor = await gate.admit(tx, visit)
        if tx.actor is None or tx.actor.session_id is None:
            raise NotAuthenticated
        yield tx
