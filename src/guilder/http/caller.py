"""The caller: who was let in, and the transactions that follow from it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from guilder.db import Pool, Tx, tenant_transaction, transact
from guilder.kernel import Actor, TenantId

from .problems import NotAuthenticated, PermissionMissing, TenantMayNotWrite
from .rates import Rates, Standing
from .request import Request

R = TypeVar("R")
READS = frozenset({"GET", "HEAD"})


class Gatekeeper(Protocol):
    """Knows tokens. The token names its tenant, so it is looked up within that tenant only."""

    def tenant_of(self, token: str) -> TenantId | None:
        """The tenant that a token claims to belong to; None for what cannot be a token."""

    async def admit(self, tx: Tx, token: str) -> Actor | None:
        """The actor whom a token stands for, now."""


class Caller:
    """Somebody with a token, asking for what needs a permission.

    Each transaction asks anew whether the token still holds, so a key that was
    revoked a moment ago opens nothing.
    """

    def __init__(
        self,
        pool: Pool,
        gatekeeper: Gatekeeper,
        request: Request,
        *,
        permission: str,
        rates: Rates,
    ) -> None:
        token = _token_of(request)
        tenant_id = gatekeeper.tenant_of(token)
        if tenant_id is None:
            raise NotAuthenticated
        self.pool = pool
        self.tenant_id = tenant_id
        self.request = request
        self.token = token
        self.standing: Standing | None = None
        self._gatekeeper = gatekeeper
        self._permission = permission
        self._rates = rates

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """One of several transactions of this caller."""
        async with tenant_transaction(self.pool, self.tenant_id) as tx:
            await self.enter(tx)
            yield tx

    async def transact(self, work: Callable[[Tx, Actor], Awaitable[R]]) -> R:
        """Run the work in a transaction of this caller, again where it lost against others."""

        async def admitted(tx: Tx) -> R:
            return await work(tx, await self.enter(tx))

        return await transact(self.pool, self.tenant_id, admitted)

    async def enter(self, tx: Tx) -> Actor:
        """Let the caller into a transaction, or say why not."""
        actor = await self._gatekeeper.admit(tx, self.token)
        if actor is None:
            raise NotAuthenticated
        self.join(actor)
        tx.actor = actor
        return actor

    def join(self, actor: Actor) -> None:
        """Take this actor's place, who was let in just now. A call counts once, refused or not."""
        if self.standing is None and actor.calls_per_minute is not None:
            self.standing = self._rates.count(actor.tenant_id, actor.calls_per_minute)
        if not actor.allows(self._permission):
            raise PermissionMissing(needs=self._permission)
        if not actor.may_write and self.request.method not in READS:
            raise TenantMayNotWrite


def _token_of(request: Request) -> str:
    scheme, _, token = (request.header(b"authorization") or "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated
    return token.strip()
