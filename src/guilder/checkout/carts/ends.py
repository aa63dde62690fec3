"""The ends of carts: those that are left are told about, those whose time is over are closed.

A cart that somebody pays for is neither, and one that lies at the payment page was not left.
Opening a cart enqueues nothing: once a minute the tenants are found who have such carts.
"""

from typing import ClassVar, Final

from guilder.checkout.settings import DEFAULTS
from guilder.db import Pool, Tx, sql, system_transaction, transact
from guilder.jobs import Job, Schedule, enqueue
from guilder.kernel import TenantId

from .cart import Cart, CartAbandoned, CartExpired, CartId, filled, left_behind
from .lines import lines_of_carts

TENANTS_AT_ONCE: Final = 500
MOST_AT_ONCE: Final = 200
"""What one transaction closes and tells."""


class FindDueCarts(Job, frozen=True):
    """The tenants are found some of whose carts were left, or have come to their end."""

    name: ClassVar[str] = "checkout.find_due_carts"
    timeout_seconds: ClassVar[float] = 300.0


class LookAtCarts(Job, frozen=True):
    """A tenant's carts that were left are told about, and those whose time is over are closed."""

    name: ClassVar[str] = "checkout.look_at_carts"


EVERY_MINUTE: Final = Schedule("checkout.find_due_carts", "* * * * *", FindDueCarts())


async def find_due_carts(pool: Pool, _: TenantId | None, __: FindDueCarts) -> None:
    """Have the carts of each such tenant looked at, some tenants at a time."""
    after: TenantId | None = None
    while True:
        async with system_transaction(pool) as tx:
            found = await tenants_of_due_carts(
                tx,
                abandoned_minutes=DEFAULTS.abandoned_minutes,
                after_tenant=after,
                most=TENANTS_AT_ONCE,
            )
        for tenant_id in found:
            await transact(pool, tenant_id, look_soon)
        if len(found) < TENANTS_AT_ONCE:
            return
        after = found[-1]


async def look_soon(tx: Tx) -> None:
    """Have the tenant's carts looked at, once however often it is asked for."""
    await enqueue(tx, LookAtCarts(), unique_key=LookAtCarts.name)


async def look_at_carts(tx: Tx, _: LookAtCarts) -> None:
    """Close and tell what is due; where there may be more of it, at once again."""
    over = await lock_over_carts(tx, tenant_id=tx.tenant_id, most=MOST_AT_ONCE)
    expired = await expire_carts(tx, tenant_id=tx.tenant_id, ids=over) if over else []
    idle = await lock_idle_carts(
        tx,
        tenant_id=tx.tenant_id,
        abandoned_minutes=DEFAULTS.abandoned_minutes,
        most=MOST_AT_ONCE,
    )
    left = await leave_carts(tx, tenant_id=tx.tenant_id, ids=idle) if idle else []
    await _tell(tx, expired, left)
    if MOST_AT_ONCE in {len(over), len(idle)}:
        await look_soon(tx)


async def _tell(tx: Tx, expired: list[Cart], left: list[Cart]) -> None:
    ids = [cart.id for cart in (*expired, *left)]
    lines = await lines_of_carts(tx, tenant_id=tx.tenant_id, cart_ids=ids) if ids else []
    for each in filled(expired, lines):
        tx.emit(CartExpired(each.cart.id, left_behind(each.cart, each.lines)))
    for each in filled(left, lines):
        if each.lines:
            tx.emit(CartAbandoned(each.cart.id, left_behind(each.cart, each.lines)))


@sql
async def tenants_of_due_carts(
    tx: Tx, *, abandoned_minutes: int, after_tenant: TenantId | None, most: int
) -> list[TenantId]: ...


@sql
async def lock_over_carts(tx: Tx, *, tenant_id: TenantId, most: int) -> list[CartId]: ...


@sql
async def expire_carts(tx: Tx, *, tenant_id: TenantId, ids: list[CartId]) -> list[Cart]: ...


@sql
async def lock_idle_carts(
    tx: Tx, *, tenant_id: TenantId, abandoned_minutes: int, most: int
) -> list[CartId]: ...


@sql
async def leave_carts(tx: Tx, *, tenant_id: TenantId, ids: list[CartId]) -> list[Cart]: ...
