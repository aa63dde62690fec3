"""Chargebacks: what disputes take of a payment, and what more when there is more to take."""

from uuid import UUID

from msgspec.structs import replace

from guilder import ledger
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.payments.books import book_chargeback, book_verdict
from guilder.payments.gateways import AttemptId, Declined, Done
from guilder.payments.payment import Payment, PaymentId
from guilder.payments.payments import save
from guilder.payments.transaction import Transaction, TransactionType
from guilder.payments.transactions import finish, open_transaction, refundable_captures

from .dispute import Dispute, DisputeStatus


async def charge_back(tx: Tx, payment: Payment) -> Payment:
    """Let the disputes of a payment take what they are about, as far as it is there.

    What was given back already is not taken a second time. So whatever makes more of the payment
    refundable calls this: a capture, a refund that failed, another dispute that was won.
    """
    takers = await taking_disputes(tx, tenant_id=tx.tenant_id, payment_id=payment.id)
    for dispute in takers:
        payment = await _take(tx, payment, dispute)
    return payment


async def decide(tx: Tx, payment: Payment, dispute: Dispute) -> Payment:
    """Give back what a dispute has taken, or leave it with the buyer."""
    chargeback = await _chargeback_of(tx, dispute)
    if chargeback is None:
        return payment
    minor, is_won = chargeback.amount_minor, dispute.status is DisputeStatus.WON
    await book_verdict(tx, payment, minor, is_won=is_won)
    if not is_won:
        return payment
    returned = Declined(code="dispute_won", message="The dispute was decided for us.")
    await finish(tx, chargeback, returned)
    saved = await save(tx, replace(payment, disputed_minor=payment.disputed_minor - minor))
    return await charge_back(tx, saved)


async def _take(tx: Tx, payment: Payment, dispute: Dispute) -> Payment:
    chargeback = await _chargeback_of(tx, dispute)
    before = chargeback.amount_minor if chargeback else 0
    amount = min(dispute.amount_minor, before + payment.refundable_minor)
    if chargeback is None:
        if not amount:
            return payment
        begun = await _begin(tx, payment, dispute, minor=amount)
        return await _enter(tx, payment, dispute, more=amount, journal_id=begun.id)
    if (amount, chargeback.fee_minor or 0) == (before, dispute.fee_minor):
        return payment
    await resize_chargeback(
        tx,
        tenant_id=tx.tenant_id,
        attempt_id=chargeback.id,
        amount_minor=amount,
        fee_minor=dispute.fee_minor,
    )
    journal_id = await ledger.new_journal_id(tx)
    return await _enter(tx, payment, dispute, more=amount - before, journal_id=journal_id)


async def _enter(
    tx: Tx, payment: Payment, dispute: Dispute, *, more: int, journal_id: UUID
) -> Payment:
    if more == 0:
        return payment
    if more < 0:
        await book_verdict(tx, payment, -more, is_won=True)
    else:
        await book_chargeback(tx, payment, more, journal_id=journal_id)
        if dispute.status is DisputeStatus.LOST:
            await book_verdict(tx, payment, more, is_won=False)
    return await save(tx, replace(payment, disputed_minor=payment.disputed_minor + more))


async def _begin(tx: Tx, payment: Payment, dispute: Dispute, *, minor: int) -> Transaction:
    captures = await refundable_captures(tx, tenant_id=tx.tenant_id, payment_id=payment.id)
    chargeback = await open_transaction(
        tx,
        payment,
        TransactionType.CHARGEBACK,
        amount_minor=minor,
        parent_id=captures[0].id if captures else None,
        reason=dispute.reason,
    )
    done = Done(
        reference=dispute.gateway_dispute_id,
        intent=payment.gateway_payment_intent_id or "",
        fee_minor=dispute.fee_minor,
    )
    return await finish(tx, chargeback, done)


async def _chargeback_of(tx: Tx, dispute: Dispute) -> Transaction | None:
    return await find_chargeback(
        tx,
        tenant_id=tx.tenant_id,
        gateway=dispute.gateway,
        reference=dispute.gateway_dispute_id,
    )


@sql
async def taking_disputes(
    tx: Tx, *, tenant_id: TenantId, payment_id: PaymentId
) -> list[Dispute]: ...


@sql
async def find_chargeback(
    tx: Tx, *, tenant_id: TenantId, gateway: str, reference: str
) -> Transaction | None: ...


@sql
async def resize_chargeback(
    tx: Tx, *, tenant_id: TenantId, attempt_id: AttemptId, amount_minor: int, fee_minor: int
) -> None: ...
