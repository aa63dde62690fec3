"""The caller: who was let in, and the transactions that follow from it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, NamedTuple, Protocol, TypeVar

from guilder.db import Pool, Tx, tenant_transaction, transact
from guilder.http.problems import (
    NotAuthenticated,
    PermissionMissing,
    SessionNeeded,
    TenantMayNotWrite,
)
from guilder.http.request import Request
from guilder.kernel import Actor, ActorKind, Network, TenantId

from .address import address_of
from .rates import Rates, Standing

R = TypeVar("R")
READS = frozenset({"GET", "HEAD"})

OWN: Final = "own"
"""Instead of a permission: whoever has signed in may do this, at home, with what is theirs."""


class Visit(NamedTuple):
    """Somebody shows a token: from where, in which request, and for what."""

    token: str
    address: str
    request_id: str
    is_own: bool
    is_writing: bool


class Gatekeeper(Protocol):
    """Knows tokens. The token names its tenant, so it is looked up within that tenant only."""

    def tenant_of(self, token: str, wanted: str | None) -> TenantId | None:
        """The tenant in which a token acts, where another than its own may be wanted.

        None for what cannot be a token.
        """

    async def admit(self, tx: Tx, visit: Visit) -> Actor | None:
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
        trusted: Sequence[Network] = (),
    ) -> None:
        token = _token_of(request)
        is_own = permission == OWN
        wanted = None if is_own else request.header(b"guilder-tenant")
        tenant_id = gatekeeper.tenant_of(token, wanted)
        if tenant_id is None:
            raise NotAuthenticated
        self.pool = pool
        self.tenant_id = tenant_id
        self.request = request
        self.visit = Visit(
            token, address_of(request, trusted), request.id, is_own, request.method not in READS
        )
        self.standing: Standing | None = None
        self._is_counted = False
        self._gatekeeper = gatekeeper
        self._permission = permission
        self._rates = rates

    @property
    def group(self) -> tuple[str, str]:
        """Whoever comes with the same token from the same place may be let in together."""
        return self.visit.token, self.visit.address

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
        actor = await self.admit(tx)
        self.join(actor, at=await tx.now())
        return actor

    async def admit(self, tx: Tx) -> Actor:
        """Find out whose transaction this is; each call in it joins."""
        actor = await self._gatekeeper.admit(tx, self.visit)
        if actor is None:
            raise NotAuthenticated
        tx.actor = actor
        return actor

    def join(self, actor: Actor, *, at: datetime) -> None:
        """Act as who was admitted just now, or hear why not. A call counts once, refused or not."""
        if not self._is_counted:
            self.standing = self._rates.count(actor, at)
            self._is_counted = True
        if self.visit.is_own:
            if actor.kind is not ActorKind.USER:
                raise SessionNeeded
            return
        if not actor.allows(self._permission):
            raise PermissionMissing(needs=self._permission)
        if not actor.may_write and self.request.method not in READS:
            raise TenantMayNotWrite


def _token_of(request: Request) -> str:
    scheme, _, token = (request.header(b"authorization") or "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated
    return token.strip()
