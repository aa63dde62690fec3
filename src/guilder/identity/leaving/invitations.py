"""Invitations of whoever was forgotten: no tenant that invited them keeps their address.

A job finds these tenants, since they are others than the one at home. It carries the address
until it is done, and nothing does after that. An address that was never confirmed may be that of
somebody else, so only what was accepted goes with it.
"""

from datetime import datetime
from functools import partial
from typing import ClassVar, Final

import msgspec

from guilder import events
from guilder.db import Pool, Tx, sql, system_transaction, transact
from guilder.identity.members import InvitationId, revoke_invitation
from guilder.identity.users import User, UserId
from guilder.jobs import InWorld, Job, enqueue
from guilder.kernel import Actor, ActorKind, Fact, TenantId

TENANTS_AT_ONCE: Final = 500
INVITATIONS_AT_ONCE: Final = 100
PAGE: Final = 500

FORGOTTEN: Final[dict[str, object]] = {"email": None, "message": None}
"""What stands in facts instead of what they tell of whoever was invited."""


class ForgetInvitations(Job, frozen=True):
    """Of the invitations of somebody who was forgotten none shall keep their address."""

    name: ClassVar[str] = "identity.forget_invitations"
    timeout_seconds: ClassVar[float] = 300.0

    user_id: UserId
    email: str | None
    until: datetime


class Forgotten(msgspec.Struct, frozen=True):
    """An invitation of which nobody knows any more to whom it went."""

    id: InvitationId
    forgotten_at: datetime


class InvitationForgotten(Fact, frozen=True):
    """Whoever was invited was forgotten; what was told of it before has no address any more."""

    name: ClassVar[str] = "invitation.forgotten"
    data: Forgotten


async def forget_invitations(tx: Tx, user: User, *, until: datetime) -> None:
    """Have every tenant forget to which address it sent this user's invitations until then."""
    email = user.email if user.email_verified_at else None
    await enqueue(tx, ForgetInvitations(user.id, email, until))


async def forget_everywhere(pool: Pool, _: object, job: ForgetInvitations) -> None:
    """Forget in each tenant that invited them, some tenants at a time."""
    after: TenantId | None = None
    while True:
        async with system_transaction(pool) as tx:
            found = await tenants_that_invited(
                tx,
                email=job.email,
                user_id=job.user_id,
                until=job.until,
                after_tenant=after,
                most=TENANTS_AT_ONCE,
            )
        for tenant_id in found:
            await _forget_within(pool, tenant_id, job)
        if len(found) < TENANTS_AT_ONCE:
            return
        after = found[-1]


async def _forget_within(pool: Pool, tenant_id: TenantId, job: ForgetInvitations) -> None:
    actor = Actor(kind=ActorKind.JOB, tenant_id=tenant_id)
    while await transact(pool, tenant_id, partial(_forget_some, job=job), actor=actor):
        pass


async def _forget_some(tx: Tx, *, job: ForgetInvitations) -> int:
    """One that is open still is taken back first: there is nobody left to accept it."""
    found = await lock_invitations_of(
        tx,
        tenant_id=tx.tenant_id,
        email=job.email,
        user_id=job.user_id,
        until=job.until,
        most=INVITATIONS_AT_ONCE,
    )
    for invitation in found:
        if invitation.is_pending:
            await revoke_invitation(tx, invitation.id)
        tx.emit(InvitationForgotten(invitation.id, Forgotten(invitation.id, await tx.now())))
    await forget_addresses(tx, tenant_id=tx.tenant_id, ids=[each.id for each in found])
    return len(found)


async def _redact(tx: Tx, fact: InvitationForgotten) -> None:
    """The relay keeps an order, so whatever was told of it before stands in the log by now."""
    before: int | None = None
    while found := await events.events_about(
        tx, tenant_id=tx.tenant_id, object_ids=[fact.data.id], before=before, most=PAGE
    ):
        told = [event for event in found if not FORGOTTEN.keys().isdisjoint(event.data)]
        await events.redact(
            tx,
            tenant_id=tx.tenant_id,
            ids=[event.id for event in told],
            data=[event.data | FORGOTTEN | {"is_redacted": True} for event in told],
        )
        before = found[-1].position


FORGET_INVITATIONS: Final = InWorld(ForgetInvitations, forget_everywhere)
redact_invitations: Final = events.reaction(
    "identity.redact_invitations", InvitationForgotten, _redact
)


class Held(msgspec.Struct, frozen=True):
    """An invitation that is about to be forgotten."""

    id: InvitationId
    is_pending: bool


@sql
async def tenants_that_invited(
    tx: Tx,
    *,
    email: str | None,
    user_id: UserId,
    until: datetime,
    after_tenant: TenantId | None,
    most: int,
) -> list[TenantId]: ...


@sql
async def lock_invitations_of(
    tx: Tx,
    *,
    tenant_id: TenantId,
    email: str | None,
    user_id: UserId,
    until: datetime,
    most: int,
) -> list[Held]: ...


@sql
async def forget_addresses(tx: Tx, *, tenant_id: TenantId, ids: list[InvitationId]) -> None: ...
