"""Transactions: opened before a gateway is asked, and finished when it is known what it did."""

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .gateways import AttemptId, Declined, Done, GatewayNotConfigured, Outcome
from .payment import Payment, PaymentId
from .transaction import Transaction, TransactionLife, TransactionType


class TransactionNotFound(Problem, status=404):
    """There is no such transaction."""


class HeldTransaction(Transaction, frozen=True):
    """A transaction that is ours to ask for, and whether somebody may have asked before."""

    may_have_arrived: bool


class Left(msgspec.Struct, frozen=True):
    """A capture, and what of it was not given back yet."""

    id: AttemptId
    left_minor: int


async def open_transaction(
    tx: Tx,
    payment: Payment,
    kind: TransactionType,
    *,
    amount_minor: int,
    parent_id: AttemptId | None = None,
    is_final: bool = False,
    reason: str | None = None,
) -> Transaction:
    """Write down what will be asked of the payment's gateway, which must still be there."""
    opened = await insert_transaction(
        tx,
        tenant_id=tx.tenant_id,
        payment_id=payment.id,
        parent_id=parent_id,
        type=kind,
        amount_minor=amount_minor,
        currency=payment.currency,
        gateway=payment.gateway or "",
        is_final=is_final,
        reason=reason,
        created_by=str(tx.actor or "guilder"),
    )
    if opened is None:
        raise GatewayNotConfigured
    return opened


async def finish(tx: Tx, attempt: Transaction, outcome: Outcome) -> Transaction:
    """Write down what became of it."""
    move = TransactionLife.succeed if isinstance(outcome, Done) else TransactionLife.fail
    declined = outcome if isinstance(outcome, Declined) else None
    return await finish_transaction(
        tx,
        tenant_id=tx.tenant_id,
        attempt_id=attempt.id,
        status=move(attempt.status),
        reference=outcome.reference if isinstance(outcome, Done) else None,
        fee_minor=outcome.fee_minor if isinstance(outcome, Done) else None,
        error_code=declined.code if declined else None,
        error_message=declined.message if declined else None,
    )


async def transaction_by_id(tx: Tx, attempt_id: AttemptId) -> Transaction:
    """One transaction of the tenant."""
    found = await find_transaction(tx, tenant_id=tx.tenant_id, attempt_id=attempt_id)
    if found is None:
        raise TransactionNotFound
    return found


async def charge_of(tx: Tx, payment_id: PaymentId) -> Transaction | None:
    """The attempt by which the buyer was asked to pay, unless it failed."""
    return await find_charge(tx, tenant_id=tx.tenant_id, payment_id=payment_id)


async def wait_for_buyer(tx: Tx, attempt: Transaction) -> None:
    """Note that it is the buyer's turn."""
    TransactionLife.await_buyer(attempt.status)
    await mark_waiting(tx, tenant_id=tx.tenant_id, attempt_id=attempt.id)


@sql
async def insert_transaction(
    tx: Tx,
    *,
    tenant_id: TenantId,
    payment_id: PaymentId,
    parent_id: AttemptId | None,
    type: str,  # noqa: A002 - the column's name
    amount_minor: int,
    currency: str,
    gateway: str,
    is_final: bool,
    reason: str | None,
    created_by: str,
) -> Transaction | None: ...


@sql
async def finish_transaction(
    tx: Tx,
    *,
    tenant_id: TenantId,
    attempt_id: AttemptId,
    status: str,
    reference: str | None,
    fee_minor: int | None,
    error_code: str | None,
    error_message: str | None,
) -> Transaction: ...


@sql
async def mark_waiting(tx: Tx, *, tenant_id: TenantId, attempt_id: AttemptId) -> None: ...


@sql
async def find_transaction(
    tx: Tx, *, tenant_id: TenantId, attempt_id: AttemptId
) -> Transaction | None: ...


@sql
async def find_charge(
    tx: Tx, *, tenant_id: TenantId, payment_id: PaymentId
) -> Transaction | None: ...


@sql
async def transactions_of(
    tx: Tx, *, tenant_id: TenantId, payment_id: PaymentId
) -> list[Transaction]: ...


@sql
async def transactions_of_many(
    tx: Tx, *, tenant_id: TenantId, payment_ids: list[PaymentId]
) -> list[Transaction]: ...


@sql
async def claim_transaction(
    tx: Tx, *, tenant_id: TenantId, attempt_id: AttemptId
) -> HeldTransaction | None: ...


@sql
async def release_transaction(tx: Tx, *, tenant_id: TenantId, attempt_id: AttemptId) -> None: ...


@sql
async def refundable_captures(
    tx: Tx, *, tenant_id: TenantId, payment_id: PaymentId
) -> list[Left]: ...


@sql
async def gateways_tried(tx: Tx, *, tenant_id: TenantId, payment_id: PaymentId) -> list[str]: ...


@sql
async def known_references(
    tx: Tx, *, tenant_id: TenantId, gateway: str, names: list[str]
) -> list[str]: ...


@sql
async def open_attempts(
    tx: Tx, *, tenant_id: TenantId, payment_id: PaymentId
) -> list[AttemptId]: ...
