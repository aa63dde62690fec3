"""Exports: what is held of a customer's carts and orders."""

from typing import Any, Final

from guilder.checkout.carts import Cart
from guilder.checkout.orders import Order, filled_orders, show_order
from guilder.customers import CustomerId
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.manifest import Export


async def _carts(tx: Tx, ids: list[CustomerId], most: int) -> list[Any]:
    return list(await carts_of_customers(tx, tenant_id=tx.tenant_id, customer_ids=ids, most=most))


async def _orders(tx: Tx, ids: list[CustomerId], most: int) -> list[Any]:
    found = await orders_of_customers(tx, tenant_id=tx.tenant_id, customer_ids=ids, most=most)
    return [show_order(whole) for whole in await filled_orders(tx, found)]


EXPORTS: Final = (
    Export("carts", "checkout:read", _carts),
    Export("orders", "orders:read", _orders),
)


@sql
async def carts_of_customers(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId], most: int
) -> list[Cart]: ...


@sql
async def orders_of_customers(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId], most: int
) -> list[Order]: ...
