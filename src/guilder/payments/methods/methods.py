"""Payment methods: attached to a customer, made the default, and detached."""

from typing import Any

from guilder.customers import CustomerId
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId
from guilder.payments.gateways import Instrument

from .events import PaymentMethodAttached, PaymentMethodUpdated
from .method import PaymentMethod, PaymentMethodId


class PaymentMethodNotFound(Problem, status=404):
    """There is no such payment method."""


class ExpiryIncomplete(Problem, status=422):
    """An expiry date is a month and a year."""


class PaymentMethodInUse(Problem, status=409):
    """This instrument is saved for another customer."""


async def attach(
    tx: Tx,
    *,
    gateway: str,
    token: str,
    gateway_customer: str | None,
    customer_id: CustomerId | None,
    instrument: Instrument,
    metadata: dict[str, Any],
    method_id: PaymentMethodId | None = None,
) -> PaymentMethod:
    """Save an instrument; saving one that the customer has already answers that one.

    Whoever names an id saves it once, at however many tokens its gateway kept it.
    """
    if customer_id is not None:
        await take_turn(tx, customer_id=customer_id)
        known = await method_of_looks(
            tx,
            tenant_id=tx.tenant_id,
            gateway=gateway,
            customer_id=customer_id,
            fingerprint=instrument.fingerprint,
            expiry_month=instrument.expiry_month,
            expiry_year=instrument.expiry_year,
        )
        if known is not None:
            return known
    new = await insert_method(
        tx,
        method_id=method_id,
        gateway=gateway,
        token=token,
        gateway_customer=gateway_customer,
        customer_id=customer_id,
        type=instrument.type,
        brand=instrument.brand,
        last_four=instrument.last_four,
        fingerprint=instrument.fingerprint,
        expiry_month=instrument.expiry_month,
        expiry_year=instrument.expiry_year,
        country=instrument.country,
        metadata=metadata,
    )
    if new is not None:
        tx.emit(PaymentMethodAttached.of(new))
        return new
    known = (
        await find_method(tx, tenant_id=tx.tenant_id, method_id=method_id) if method_id else None
    )
    known = known or await method_of_token(tx, tenant_id=tx.tenant_id, gateway=gateway, token=token)
    if known is None or known.customer_id != customer_id:
        raise PaymentMethodInUse
    return known


async def change(
    tx: Tx,
    method_id: PaymentMethodId,
    *,
    is_default: bool | None,
    expiry_month: int | None,
    expiry_year: int | None,
    metadata: dict[str, Any] | None,
) -> PaymentMethod:
    """Make it the customer's default, or note what the bank has changed."""
    before = await method_by_id(tx, method_id)
    if before.detached_at is not None:
        raise PaymentMethodNotFound
    month, year = expiry_month or before.expiry_month, expiry_year or before.expiry_year
    if (month is None) != (year is None):
        raise ExpiryIncomplete
    if is_default and before.customer_id is not None:
        await take_turn(tx, customer_id=before.customer_id)
        await clear_default(tx, tenant_id=tx.tenant_id, customer_id=before.customer_id)
    changed = await update_method(
        tx,
        tenant_id=tx.tenant_id,
        method_id=method_id,
        is_default=is_default if before.customer_id is not None else None,
        expiry_month=expiry_month,
        expiry_year=expiry_year,
        metadata=metadata,
    )
    if changed is None:
        raise PaymentMethodNotFound
    tx.emit(PaymentMethodUpdated.of(changed))
    return changed


async def give_to(tx: Tx, method_id: PaymentMethodId, customer_id: CustomerId) -> PaymentMethod:
    """Attach a method that belongs to nobody yet to a customer."""
    given = await set_customer(
        tx, tenant_id=tx.tenant_id, method_id=method_id, customer_id=customer_id
    )
    if given is not None:
        tx.emit(PaymentMethodUpdated.of(given))
        return given
    known = await method_by_id(tx, method_id)
    if known.customer_id != customer_id:
        raise PaymentMethodInUse
    return known


async def method_by_id(tx: Tx, method_id: PaymentMethodId) -> PaymentMethod:
    """One payment method of the tenant."""
    found = await find_method(tx, tenant_id=tx.tenant_id, method_id=method_id)
    if found is None:
        raise PaymentMethodNotFound
    return found


async def gateway_customer_of(tx: Tx, gateway: str, customer_id: CustomerId | None) -> str | None:
    """What a gateway calls this customer, if it knows them already."""
    if customer_id is None:
        return None
    return await known_gateway_customer(
        tx, tenant_id=tx.tenant_id, gateway=gateway, customer_id=customer_id
    )


@sql
async def known_gateway_customer(
    tx: Tx, *, tenant_id: TenantId, gateway: str, customer_id: CustomerId
) -> str | None: ...


@sql
async def new_method_id(tx: Tx) -> PaymentMethodId: ...


@sql
async def insert_method(
    tx: Tx,
    *,
    method_id: PaymentMethodId | None,
    gateway: str,
    token: str,
    gateway_customer: str | None,
    customer_id: CustomerId | None,
    type: str,  # noqa: A002 - the column's name
    brand: str | None,
    last_four: str | None,
    fingerprint: str | None,
    expiry_month: int | None,
    expiry_year: int | None,
    country: str | None,
    metadata: dict[str, Any],
) -> PaymentMethod | None: ...


@sql
async def method_of_token(
    tx: Tx, *, tenant_id: TenantId, gateway: str, token: str
) -> PaymentMethod | None: ...


@sql
async def take_turn(tx: Tx, *, customer_id: CustomerId) -> None: ...


@sql
async def method_of_looks(
    tx: Tx,
    *,
    tenant_id: TenantId,
    gateway: str,
    customer_id: CustomerId,
    fingerprint: str | None,
    expiry_month: int | None,
    expiry_year: int | None,
) -> PaymentMethod | None: ...


@sql
async def clear_default(tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId) -> None: ...


@sql
async def update_method(
    tx: Tx,
    *,
    tenant_id: TenantId,
    method_id: PaymentMethodId,
    is_default: bool | None,
    expiry_month: int | None,
    expiry_year: int | None,
    metadata: dict[str, Any] | None,
) -> PaymentMethod | None: ...


@sql
async def set_customer(
    tx: Tx, *, tenant_id: TenantId, method_id: PaymentMethodId, customer_id: CustomerId
) -> PaymentMethod | None: ...


@sql
async def find_method(
    tx: Tx, *, tenant_id: TenantId, method_id: PaymentMethodId
) -> PaymentMethod | None: ...


@sql
async def known_methods(
    tx: Tx, *, tenant_id: TenantId, ids: list[PaymentMethodId]
) -> list[PaymentMethod]: ...


@sql
async def newest_methods(
    tx: Tx,
    *,
    tenant_id: TenantId,
    customer_id: CustomerId | None,
    gateway: str | None,
    before: PaymentMethodId | None,
    most: int,
) -> list[PaymentMethod]: ...
