"""Disputes: a buyer objects at the bank, and the money waits until that is decided."""

from datetime import datetime

from msgspec.structs import replace

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId
from guilder.payments.books import book_dispute_fee
from guilder.payments.gateways import DisputeReport
from guilder.payments.payment import Payment, PaymentId
from guilder.payments.payments import locked

from .chargebacks import charge_back, decide
from .dispute import (
    CLOSED,
    Dispute,
    DisputeId,
    DisputeStatus,
)
from .events import DisputeDecided, DisputeOpened, DisputeUpdated


class DisputeNotFound(Problem, status=404):
    """There is no such dispute."""


class DisputeClosed(Problem, status=409):
    """This dispute is decided."""


class EvidenceHandedIn(Problem, status=409):
    """The evidence was handed in, and is looked at as it is."""


async def note_dispute(tx: Tx, payment_id: PaymentId, report: DisputeReport) -> Dispute:
    """Write down how a dispute stands at the gateway, and move the money accordingly."""
    payment = await locked(tx, payment_id)
    known = await dispute_named(
        tx, tenant_id=tx.tenant_id, gateway=payment.gateway or "", reference=report.reference
    )
    if known and report.is_inquiry and not known.is_inquiry:
        return known  # a report from before it became a dispute comes late
    dispute = await _amend(tx, payment, known or await _open(tx, payment, report), report=report)
    payment = await charge_back(tx, payment)
    if known is None:
        tx.emit(DisputeOpened.of(dispute))
    status = DisputeStatus(report.status)
    if dispute.status in CLOSED or status is dispute.status:
        if known is not None and known != dispute:
            tx.emit(DisputeUpdated.of(dispute))
        return dispute
    changed = await _save(tx, replace(dispute, status=status))
    if status not in CLOSED:
        tx.emit(DisputeUpdated.of(changed))
        return changed
    await decide(tx, payment, changed)
    tx.emit(DisputeDecided.of(changed))
    return changed


async def note_evidence(tx: Tx, dispute_id: DisputeId, evidence: str) -> Dispute:
    """Keep what the merchant says to it."""
    dispute = await dispute_by_id(tx, dispute_id)
    if dispute.status in CLOSED:
        raise DisputeClosed
    if dispute.status is DisputeStatus.UNDER_REVIEW:
        raise EvidenceHandedIn
    return await keep_evidence(tx, tenant_id=tx.tenant_id, dispute_id=dispute_id, evidence=evidence)


async def dispute_by_id(tx: Tx, dispute_id: DisputeId) -> Dispute:
    """One dispute of the tenant."""
    found = await find_dispute(tx, tenant_id=tx.tenant_id, dispute_id=dispute_id)
    if found is None:
        raise DisputeNotFound
    return found


async def _open(tx: Tx, payment: Payment, report: DisputeReport) -> Dispute:
    return await insert_dispute(
        tx,
        payment_id=payment.id,
        gateway=payment.gateway or "",
        reference=report.reference,
        is_inquiry=report.is_inquiry,
        amount_minor=report.amount.minor,
        currency=report.amount.currency,
        reason=report.reason,
        due=report.evidence_due_at,
    )


async def _amend(tx: Tx, payment: Payment, dispute: Dispute, *, report: DisputeReport) -> Dispute:
    """Take over all but the status. Of one that is decided only the fee may still change."""
    known = dispute.fee_minor
    amended = replace(dispute, fee_minor=known if report.fee_minor is None else report.fee_minor)
    if dispute.status not in CLOSED:
        amended = replace(
            amended,
            is_inquiry=report.is_inquiry,
            amount_minor=report.amount.minor,
            evidence_due_at=report.evidence_due_at or dispute.evidence_due_at,
        )
    if amended == dispute:
        return dispute
    if amended.fee_minor != known:
        await book_dispute_fee(tx, payment, amended.fee_minor - known)
    return await _save(tx, amended)


async def _save(tx: Tx, dispute: Dispute) -> Dispute:
    return await update_dispute(
        tx,
        tenant_id=tx.tenant_id,
        dispute_id=dispute.id,
        status=dispute.status,
        is_inquiry=dispute.is_inquiry,
        amount_minor=dispute.amount_minor,
        fee_minor=dispute.fee_minor,
        due=dispute.evidence_due_at,
    )


@sql
async def dispute_named(
    tx: Tx, *, tenant_id: TenantId, gateway: str, reference: str
) -> Dispute | None: ...


@sql
async def insert_dispute(
    tx: Tx,
    *,
    payment_id: PaymentId,
    gateway: str,
    reference: str,
    is_inquiry: bool,
    amount_minor: int,
    currency: str,
    reason: str,
    due: datetime | None,
) -> Dispute: ...


@sql
async def update_dispute(
    tx: Tx,
    *,
    tenant_id: TenantId,
    dispute_id: DisputeId,
    status: str,
    is_inquiry: bool,
    amount_minor: int,
    fee_minor: int,
    due: datetime | None,
) -> Dispute: ...


@sql
async def keep_evidence(
    tx: Tx, *, tenant_id: TenantId, dispute_id: DisputeId, evidence: str
) -> Dispute: ...


@sql
async def mark_handed_in(tx: Tx, *, tenant_id: TenantId, dispute_id: DisputeId) -> None: ...


@sql
async def find_dispute(tx: Tx, *, tenant_id: TenantId, dispute_id: DisputeId) -> Dispute | None: ...


@sql
async def newest_disputes(
    tx: Tx,
    *,
    tenant_id: TenantId,
    status: str | None,
    payment_id: PaymentId | None,
    before: DisputeId | None,
    most: int,
) -> list[Dispute]: ...
