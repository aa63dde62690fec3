"""Room: a tier allows so many products that are sold; those that rest do not count."""

from typing import Final

from guilder.db import Tx, sql
from guilder.identity import require_room
from guilder.kernel import TenantId

QUOTA: Final = "products"


async def require_room_for_products(tx: Tx) -> None:
    """Refuse what was written, if it is more than the tenant's tier allows."""
    await require_room(tx, QUOTA, count_products, more=0)


@sql
async def count_products(tx: Tx, *, tenant_id: TenantId) -> int: ...
