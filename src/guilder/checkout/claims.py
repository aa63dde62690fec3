"""Claims: what somebody bought as a guest turns out to be a customer's, by its e-mail."""

from guilder.customers import CustomerId
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.manifest import Person

from .sessions import CheckoutId


async def claim(tx: Tx, person: Person) -> None:
    """Carts first and orders last, as they are made of each other; what comes late is found."""
    customer_id = person.ids[0]
    if person.email is None:
        return
    await claim_carts(tx, tenant_id=tx.tenant_id, customer_id=customer_id, email=person.email)
    claimed = await claim_sessions(
        tx, tenant_id=tx.tenant_id, customer_id=customer_id, email=person.email
    )
    await claim_orders(tx, tenant_id=tx.tenant_id, customer_id=customer_id, checkout_ids=claimed)


@sql
async def claim_carts(
    tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId, email: str
) -> None: ...


@sql
async def claim_sessions(
    tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId, email: str
) -> list[CheckoutId]: ...


@sql
async def claim_orders(
    tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId, checkout_ids: list[CheckoutId]
) -> None: ...
