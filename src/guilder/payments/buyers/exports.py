"""Exports: what is held of a buyer's payments and instruments."""

from typing import Any, Final

from guilder.customers import CustomerId
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.manifest import Export, Person
from guilder.payments.methods import PaymentMethod
from guilder.payments.methods.views import show as show_method
from guilder.payments.payment import Payment
from guilder.payments.views import show as show_payment


async def _payments(tx: Tx, person: Person, most: int) -> list[Any]:
    found = await payments_of_customers(
        tx, tenant_id=tx.tenant_id, customer_ids=person.ids, most=most
    )
    return [show_payment(payment) for payment in found]


async def _methods(tx: Tx, person: Person, most: int) -> list[Any]:
    found = await methods_of_customers(
        tx, tenant_id=tx.tenant_id, customer_ids=person.ids, most=most
    )
    return [show_method(method) for method in found]


EXPORTS: Final = (
    Export("payments", "payments:read", _payments),
    Export("payment_methods", "payment_methods:read", _methods),
)


@sql
async def payments_of_customers(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId], most: int
) -> list[Payment]: ...


@sql
async def methods_of_customers(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId], most: int
) -> list[PaymentMethod]: ...
