"""Disputes: a buyer objects at the bank, and the money waits until that is decided."""

from datetime import datetime

from msgspec.structs import replace

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId
from guilder.payments.books import book_chargeback, book_verdict
from guilder.payments.gateways import Declined, DisputeReport, Done
from guilder.payments.payment import Payment, PaymentId
from guilder.payments.payments import locked, save
from guilder.payments.transaction import Transaction, TransactionType
from guilder.payments.transactions import (
    finish,
    open_transaction,
    refundable_captures,
    transactions_of,
)

from .dispute import (
    CLOSED,
    Dispute,
    DisputeDecided,
    DisputeId,
    DisputeOpened,
    DisputeStatus,
    DisputeUpdated,
)


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
    if known is None:
        payment, known = await _open(tx, payment, report)
    status = DisputeStatus(report.status)
    if known.status in CLOSED or status == known.status:
        return known
    changed = await update_dispute(
        tx, tenant_id=tx.tenant_id, dispute_id=known.id, status=status, due=report.evidence_due_at
    )
    if status not in CLOSED:
        tx.emit(DisputeUpdated(changed.id, changed))
        return changed
    await _decide(tx, payment, report, is_won=status is DisputeStatus.WON)
    tx.emit(DisputeDecided(changed.id, changed))
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


async def _open(tx: Tx, payment: Payment, report: DisputeReport) -> tuple[Payment, Dispute]:
    """What was given back already is not taken a second time."""
    minor = min(report.amount.minor, payment.refundable_minor)
    if minor > 0:
        captures = await refundable_captures(tx, tenant_id=tx.tenant_id, payment_id=payment.id)
        chargeback = await open_transaction(
            tx,
            payment,
            TransactionType.CHARGEBACK,
            amount_minor=minor,
            parent_id=captures[0].id if captures else None,
            reason=report.reason,
        )
        done = Done(reference=report.reference, intent=report.intent, fee_minor=report.fee_minor)
        await finish(tx, chargeback, done)
        payment = await save(tx, replace(payment, disputed_minor=payment.disputed_minor + minor))
        await book_chargeback(tx, payment, chargeback, fee_minor=report.fee_minor)
    dispute = await insert_dispute(
        tx,
        payment_id=payment.id,
        gateway=payment.gateway or "",
        reference=report.reference,
        amount_minor=report.amount.minor,
        currency=report.amount.currency,
        fee_minor=report.fee_minor or 0,
        reason=report.reason,
        due=report.evidence_due_at,
    )
    tx.emit(DisputeOpened(dispute.id, dispute))
    return payment, dispute


async def _decide(tx: Tx, payment: Payment, report: DisputeReport, *, is_won: bool) -> None:
    chargeback = await _chargeback_of(tx, payment, report)
    if chargeback is None:
        return
    minor = chargeback.amount_minor
    await book_verdict(tx, payment, minor, is_won=is_won)
    if is_won:
        returned = Declined(code="dispute_won", message="The dispute was decided for us.")
        await finish(tx, chargeback, returned)
        await save(tx, replace(payment, disputed_minor=payment.disputed_minor - minor))


async def _chargeback_of(tx: Tx, payment: Payment, report: DisputeReport) -> Transaction | None:
    found = await transactions_of(tx, tenant_id=tx.tenant_id, payment_id=payment.id)
    return next(
        (
            one
            for one in found
            if one.type is TransactionType.CHARGEBACK and one.gateway_reference == report.reference
        ),
        None,
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
    amount_minor: int,
    currency: str,
    fee_minor: int,
    reason: str,
    due: datetime | None,
) -> Dispute: ...


@sql
async def update_dispute(
    tx: Tx, *, tenant_id: TenantId, dispute_id: DisputeId, status: str, due: datetime | None
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
