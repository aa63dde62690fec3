"""Payments: found, listed, locked, and written back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from guilder.customers import CustomerId
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .gateways import AttemptId
from .payment import Payment, PaymentId


class PaymentNotFound(Problem, status=404):
    """There is no such payment."""


async def payment_by_id(tx: Tx, payment_id: PaymentId) -> Payment:
    """One payment of the tenant."""
    found = await find_payment(tx, tenant_id=tx.tenant_id, payment_id=payment_id)
    if found is None:
        raise PaymentNotFound
    return found


async def locked(tx: Tx, payment_id: PaymentId) -> Payment:
    """One payment, ours to change until the transaction ends."""
    found = await lock_payment(tx, tenant_id=tx.tenant_id, payment_id=payment_id)
    if found is None:
        raise PaymentNotFound
    return found


async def save(tx: Tx, payment: Payment) -> Payment:
    """Write back a payment that this transaction holds."""
    return await update_payment(
        tx,
        tenant_id=tx.tenant_id,
        payment_id=payment.id,
        status=payment.status,
        customer_id=payment.customer_id,
        gateway=payment.gateway,
        route_reason=payment.route_reason,
        intent=payment.gateway_payment_intent_id,
        payment_method_id=payment.payment_method_id,
        token=payment.payment_method_token,
        instrument=payment.instrument,
        return_url=payment.return_url,
        action_url=payment.action_url,
        authorized_minor=payment.authorized_minor,
        captured_minor=payment.captured_minor,
        capturing_minor=payment.capturing_minor,
        refunded_minor=payment.refunded_minor,
        refunding_minor=payment.refunding_minor,
        disputed_minor=payment.disputed_minor,
        error_code=payment.last_error_code,
        error_message=payment.last_error_message,
        canceled_by=payment.canceled_by,
        cancellation_reason=payment.cancellation_reason,
        expires_at=payment.expires_at,
        action_expires_at=payment.action_expires_at,
    )


@sql
async def find_payment(tx: Tx, *, tenant_id: TenantId, payment_id: PaymentId) -> Payment | None: ...


@sql
async def payments_by_ids(
    tx: Tx, *, tenant_id: TenantId, payment_ids: list[PaymentId]
) -> list[Payment]: ...


@sql
async def lock_payment(tx: Tx, *, tenant_id: TenantId, payment_id: PaymentId) -> Payment | None: ...


@sql
async def lock_payment_of(tx: Tx, *, tenant_id: TenantId, attempt_id: AttemptId) -> Payment: ...


@sql
async def payments_of_intent(
    tx: Tx, *, tenant_id: TenantId, gateway: str, intent: str
) -> list[Payment]: ...


@sql
async def update_payment(
    tx: Tx,
    *,
    tenant_id: TenantId,
    payment_id: PaymentId,
    status: str,
    customer_id: CustomerId | None,
    gateway: str | None,
    route_reason: str | None,
    intent: str | None,
    payment_method_id: UUID | None,
    token: str | None,
    instrument: Any,
    return_url: str | None,
    action_url: str | None,
    authorized_minor: int,
    captured_minor: int,
    capturing_minor: int,
    refunded_minor: int,
    refunding_minor: int,
    disputed_minor: int,
    error_code: str | None,
    error_message: str | None,
    canceled_by: str | None,
    cancellation_reason: str | None,
    expires_at: datetime | None,
    action_expires_at: datetime | None,
) -> Payment: ...


@sql
async def newest_payments(
    tx: Tx,
    *,
    tenant_id: TenantId,
    status: str | None,
    order_id: str | None,
    user_id: UUID | None,
    customer_ids: list[CustomerId] | None,
    gateway: str | None,
    intent: str | None,
    created_from: datetime | None,
    created_before: datetime | None,
    before_at: datetime | None,
    before_id: PaymentId | None,
    most: int,
) -> list[Payment]: ...
