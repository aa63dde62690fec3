"""Exports: what is held of a customer's carts, checkouts and orders, as guests too."""

from typing import Any, Final

from msgspec.structs import asdict

from guilder.checkout.carts import CartId
from guilder.checkout.carts.carts import filled_carts
from guilder.checkout.orders import Order, filled_orders, show_order
from guilder.checkout.sessions import Session
from guilder.customers import CustomerId
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.manifest import Export, Person

NOT_ABOUT_THEM: Final = frozenset({"key_id", "token"})
"""What a checkout is paid with, and by whom that was signed."""


async def _carts(tx: Tx, person: Person, most: int) -> list[Any]:
    """As they lie there: what they cost now is nothing that is held of anybody."""
    ids = await carts_of_person(
        tx, tenant_id=tx.tenant_id, customer_ids=person.ids, email=person.email, most=most
    )
    found = await filled_carts(tx, ids)
    return [asdict(one.cart) | {"lines": one.lines} for one in found if one]


async def _checkouts(tx: Tx, person: Person, most: int) -> list[Any]:
    found = await checkouts_of_person(
        tx, tenant_id=tx.tenant_id, customer_ids=person.ids, email=person.email, most=most
    )
    return [
        {name: held for name, held in asdict(one).items() if name not in NOT_ABOUT_THEM}
        for one in found
    ]


async def _orders(tx: Tx, person: Person, most: int) -> list[Any]:
    found = await orders_of_person(
        tx, tenant_id=tx.tenant_id, customer_ids=person.ids, email=person.email, most=most
    )
    return [show_order(whole) for whole in await filled_orders(tx, found)]


EXPORTS: Final = (
    Export("carts", "checkout:read", _carts),
    Export("checkouts", "checkout:read", _checkouts),
    Export("orders", "orders:read", _orders),
)


@sql
async def carts_of_person(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId], email: str | None, most: int
) -> list[CartId]: ...


@sql
async def checkouts_of_person(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId], email: str | None, most: int
) -> list[Session]: ...


@sql
async def orders_of_person(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId], email: str | None, most: int
) -> list[Order]: ...
