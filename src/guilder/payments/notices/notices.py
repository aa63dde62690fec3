"""Notices: what a gateway tells on its own. Kept as it came, once, and then looked into.

A notice is never believed: it is a reason to ask the gateway how things stand,
so it does not matter how often it comes, or in what order.
"""

from datetime import datetime
from typing import ClassVar, NewType
from uuid import UUID

import msgspec

from guilder.db import Pool, Tx, sql, tenant_transaction, transact
from guilder.jobs import Hopeless, Job, enqueue
from guilder.kernel import Actor, ActorKind, TenantId
from guilder.payments.disputes import note_dispute
from guilder.payments.gateways import (
    Gateway,
    Gateways,
    GatewayUnavailable,
    Notice,
    OutcomeUnknown,
    SandboxTold,
)
from guilder.payments.payment import Payment
from guilder.payments.payments import payments_of_intent
from guilder.payments.refunds import take_back_refunds
from guilder.payments.settlement import ask
from guilder.payments.transactions import open_attempts

from .outside import note_refunds

NoticeId = NewType("NoticeId", UUID)


class NotKnownYet(Exception):
    """A notice may be about a charge of ours whose outcome has to be known first."""


class ApplyNotice(Job, frozen=True):
    """Look into what a gateway has told.

    It is tried for longer than settlement asks about an attempt, with pauses that
    grow to an hour. After that its notice is a person's to look into.
    """

    name: ClassVar[str] = "payments.apply_notice"
    timeout_seconds: ClassVar[float] = 60.0
    max_attempts: ClassVar[int] = 240

    notice_id: NoticeId


class KeptNotice(msgspec.Struct, frozen=True):
    """A notice as it was kept."""

    id: NoticeId
    gateway: str
    type: str
    intent: str | None
    dispute: str | None
    applied_at: datetime | None
    created_at: datetime


async def receive(tx: Tx, gateway: str, notice: Notice, *, payload: bytes) -> NoticeId | None:
    """Keep a notice and have it looked into; None for one that came before."""
    notice_id = await insert_notice(
        tx,
        gateway=gateway,
        gateway_notice_id=notice.id,
        type=notice.type,
        intent=notice.intent,
        dispute=notice.dispute,
        payload=payload,
    )
    if notice_id is not None:
        await enqueue(tx, ApplyNotice(notice_id))
    return notice_id


async def apply(
    pool: Pool, tenant_id: TenantId | None, job: ApplyNotice, *, gateways: Gateways
) -> None:
    """Ask the gateway how the payment of a notice stands, and write that down."""
    if tenant_id is None:
        raise Hopeless("a notice belongs to a tenant")
    async with tenant_transaction(pool, tenant_id) as tx:
        notice = await find_notice(tx, tenant_id=tenant_id, notice_id=job.notice_id)
        if notice is None or notice.applied_at is not None:
            return
        # Asked first: what becomes known in between is found, and nothing falls between the two.
        may_be_ours = notice.intent is not None and await is_charge_open(
            tx,
            tenant_id=tenant_id,
            gateway=notice.gateway,
            until=notice.created_at,
            is_taken=notice.dispute is not None,
        )
        payments = await payments_of_intent(
            tx, tenant_id=tenant_id, gateway=notice.gateway, intent=notice.intent or ""
        )
        if may_be_ours and not payments:
            raise NotKnownYet(f"{notice.gateway} told of {notice.intent}, perhaps an open charge")
        gateway = await gateways.of(tx, notice.gateway)
    for payment in payments:
        await _look_into(pool, gateways, tenant_id, payment=payment)
        await _compare(pool, tenant_id, payment, gateway=gateway, notice=notice)
    async with tenant_transaction(pool, tenant_id) as tx:
        await mark_applied(tx, tenant_id=tenant_id, notice_id=job.notice_id)


async def send_sandbox_notice(
    pool: Pool, tenant_id: TenantId | None, job: SandboxTold, *, gateways: Gateways
) -> None:
    """Bring a notice of the sandbox the way every other comes: signed, read, and kept."""
    if tenant_id is None:
        raise Hopeless("a sandbox belongs to a tenant")
    sandbox = gateways.sandbox(tenant_id)
    headers, body = sandbox.write_notice(job.notice)
    notice = await sandbox.read_notice(headers, body)
    async with tenant_transaction(pool, tenant_id) as tx:
        await receive(tx, sandbox.name, notice, payload=body)


async def _look_into(
    pool: Pool, gateways: Gateways, tenant_id: TenantId, *, payment: Payment
) -> None:
    async with tenant_transaction(pool, tenant_id) as tx:
        waiting = await open_attempts(tx, tenant_id=tenant_id, payment_id=payment.id)
    for attempt_id in waiting:
        await ask(pool, gateways, tenant_id, attempt_id=attempt_id)


async def _compare(
    pool: Pool, tenant_id: TenantId, payment: Payment, *, gateway: Gateway, notice: KeptNotice
) -> None:
    """Take over what was done at the gateway without us: disputes, and refunds made or failed."""
    try:
        refunds = await gateway.refunds_of(notice.intent or "")
        report = await gateway.dispute(notice.dispute) if notice.dispute else None
    except (GatewayUnavailable, OutcomeUnknown) as closed:
        raise ConnectionError(f"{gateway.name} does not answer") from closed

    async def note_the_dispute(tx: Tx) -> None:
        if report is not None:
            await note_dispute(tx, payment.id, report)

    async def take_back_what_failed(tx: Tx) -> None:
        await take_back_refunds(tx, payment.id, refunds)

    async def note_the_refunds(tx: Tx) -> None:
        await note_refunds(tx, payment.id, refunds)

    actor = Actor(kind=ActorKind.JOB, tenant_id=tenant_id, scopes=frozenset())
    await transact(pool, tenant_id, note_the_dispute, actor=actor)
    await transact(pool, tenant_id, take_back_what_failed, actor=actor)
    await transact(pool, tenant_id, note_the_refunds, actor=actor)


@sql
async def insert_notice(
    tx: Tx,
    *,
    gateway: str,
    gateway_notice_id: str,
    type: str,  # noqa: A002 - the column's name
    intent: str | None,
    dispute: str | None,
    payload: bytes,
) -> NoticeId | None: ...


@sql
async def find_notice(tx: Tx, *, tenant_id: TenantId, notice_id: NoticeId) -> KeptNotice | None: ...


@sql
async def is_charge_open(
    tx: Tx, *, tenant_id: TenantId, gateway: str, until: datetime, is_taken: bool
) -> bool: ...


@sql
async def mark_applied(tx: Tx, *, tenant_id: TenantId, notice_id: NoticeId) -> None: ...
