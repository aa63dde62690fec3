"""Deletion: a user is forgotten, and what they did stays in the books under a bare id.

They leave every tenant first. Of what they own alone nobody is left, so it is cancelled;
what others belong to has to be handed over before. Each step can be done again. Whoever lets
them belong somewhere meanwhile is waited for, or waits and finds them gone.
"""

from contextlib import suppress
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from guilder import events
from guilder.db import Tx, sql, transact
from guilder.http import Caller
from guilder.identity import audit
from guilder.identity.members import MemberNotFound, locked_member, remove_member
from guilder.identity.ownership import Membership, memberships_of
from guilder.identity.proof import require_password_if_any
from guilder.identity.sessions import SessionEnd, end_sessions
from guilder.identity.tenant import TenantStatus
from guilder.identity.tenants import cancel, lock_tenant
from guilder.identity.users import Home, Passwords, User, UserId
from guilder.kernel import Actor, Fact, Problem, TenantId

from .departures import leaver
from .invitations import forget_invitations

PAGE: Final = 500


class OwnerMustHandOver(Problem, status=409):
    """Others belong to a tenant of yours: hand it over, or have them leave, before you go."""

    tenant_ids: list[TenantId]


class Deleted(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="user"):
    """A user who was forgotten."""

    id: UserId
    deleted_at: datetime


class UserDeleted(Fact, frozen=True):
    """A user was forgotten; nobody signs in as them any more."""

    name: ClassVar[str] = "user.deleted"
    data: Deleted


async def delete_user(caller: Caller, passwords: Passwords, *, password: str) -> Deleted:
    """Forget whoever asks for it, and shows their password if they have one."""
    home, actor, belongs = await caller.transact(_look)
    await _require_nobody_left(caller, belongs)
    await require_password_if_any(caller.pool, passwords, home, password=password)
    while True:
        for one in belongs:
            await _leave(caller, actor, one)
        outcome = await caller.transact(forget)
        if isinstance(outcome, Deleted):
            return outcome
        # Each round takes another invitation that they accepted just then.
        belongs = outcome


async def _look(tx: Tx, actor: Actor) -> tuple[Home, Actor, list[Membership]]:
    user_id = _own(actor)
    return Home(tx.tenant_id, user_id), actor, await memberships_of(tx, user_id)


async def _require_nobody_left(caller: Caller, belongs: list[Membership]) -> None:
    """Refuse to leave others behind, but in what was cancelled: that nobody can hand over."""
    left = []
    for one in belongs:
        if not one.is_owner or _is_over(one):
            continue
        members = await transact(
            caller.pool, one.tenant_id, lambda tx: count_members(tx, tenant_id=tx.tenant_id)
        )
        if members > 1:
            left.append(one.tenant_id)
    if left:
        raise OwnerMustHandOver(tenant_ids=left)


async def _leave(caller: Caller, actor: Actor, one: Membership) -> None:
    """Leave a tenant; one that is theirs alone ends."""
    within = leaver(actor, one.tenant_id)

    async def leave(tx: Tx) -> None:
        """Whose it is, and who belongs to it, may have changed since it was looked at."""
        tenant = await lock_tenant(tx, tenant_id=tx.tenant_id)
        if tenant is None or tenant.owner_id != within.id:
            with suppress(MemberNotFound):  # they were removed, or left, meanwhile
                await locked_member(tx, one.member_id)
                await remove_member(tx, within, one.member_id)
        elif tenant.status is not TenantStatus.CANCELLED:
            if await count_members(tx, tenant_id=tx.tenant_id) > 1:
                raise OwnerMustHandOver(tenant_ids=[tx.tenant_id])
            await cancel(tx)

    await transact(caller.pool, one.tenant_id, leave, actor=within)


async def forget(tx: Tx, actor: Actor) -> Deleted | list[Membership]:
    """Forget them for good, unless they belong somewhere still; then answer where."""
    user_id = _own(actor)
    user = await lock_leaver(tx, tenant_id=tx.tenant_id, user_id=user_id)
    if user.deleted_at is not None:
        return Deleted(id=user_id, deleted_at=user.deleted_at)
    if left := [one for one in await memberships_of(tx, user_id) if not _is_over(one)]:
        return left
    await end_sessions(tx, user_id, because=SessionEnd.DELETED)
    await forget_proofs(tx, tenant_id=tx.tenant_id, user_id=user_id)
    await forget_places(tx, tenant_id=tx.tenant_id, user_id=user_id)
    await forget_days(tx, tenant_id=tx.tenant_id, user_id=user_id)
    await forget_user(tx, tenant_id=tx.tenant_id, user_id=user_id)
    deleted = Deleted(id=user_id, deleted_at=await tx.now())
    await forget_invitations(tx, user, until=deleted.deleted_at)
    tx.emit(UserDeleted(user_id, deleted))
    await audit.record(tx, "user.deleted", type="user", id=user_id)
    return deleted


def _is_over(one: Membership) -> bool:
    """Nobody leaves what was theirs and is cancelled: it stays as it is, under a bare id."""
    return one.is_owner and one.status is TenantStatus.CANCELLED


def _own(actor: Actor) -> UserId:
    if actor.id is None:
        raise LookupError("only users do this")
    return UserId(actor.id)


async def _redact(tx: Tx, fact: UserDeleted) -> None:
    """The relay keeps an order, so whatever was told of them before stands in the log by now."""
    before: int | None = None
    while found := await events.events_about(
        tx, tenant_id=tx.tenant_id, object_ids=[fact.data.id], before=before, most=PAGE
    ):
        personal = [event for event in found if event.type != UserDeleted.name]
        bare = {"id": str(fact.data.id), "is_redacted": True}
        await events.redact(
            tx,
            tenant_id=tx.tenant_id,
            ids=[event.id for event in personal],
            data=[bare] * len(personal),
        )
        before = found[-1].position


redact_deleted: Final = events.reaction("identity.redact_deleted", UserDeleted, _redact)


@sql
async def count_members(tx: Tx, *, tenant_id: TenantId) -> int: ...


@sql
async def lock_leaver(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> User: ...


@sql
async def forget_user(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> None: ...


@sql
async def forget_proofs(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> None: ...


@sql
async def forget_places(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> None: ...


@sql
async def forget_days(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> None: ...
