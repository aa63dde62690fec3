"""What an order sold never changes, whoever tries, and however."""

import asyncpg
import pytest

from tests.checkout.shop import Shop

OF_ORDERS = (
    "total_minor = 1",
    "tax_minor = 7",
    "currency = 'USD'",
    "number = 7",
    "payment_id = null",
    "max_refunds = 99",
    "discounts = '[1]'",
    "metadata = '{\"a\": 1}'",
    "customer_id = null",
    "customer_id = gen_random_uuid()",
    "created_at = now()",
    "created_by = 'me'",
)
OF_LINES = (
    "product_name = 'Rose vase'",
    "sku = 'X'",
    "unit_amount_decimal = 1",
    "quantity = 1",
    "total_minor = 1",
    "variant_id = gen_random_uuid()",
)


@pytest.mark.parametrize("change", OF_ORDERS)
async def test_an_order_never_changes(shop: Shop, change: str) -> None:
    order = await shop.paid_order(customer_id=await shop.customer())

    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        async with shop.world.tx() as tx:
            await tx.fetch(
                f"update checkout.placed_order set {change} where id = $1", order.order.id
            )


@pytest.mark.parametrize("change", OF_LINES)
async def test_a_line_never_changes(shop: Shop, change: str) -> None:
    order = await shop.paid_order()

    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        async with shop.world.tx() as tx:
            await tx.fetch(
                f"update checkout.order_line set {change} where id = $1", order.lines[0].id
            )


@pytest.mark.parametrize(
    "table",
    ["placed_order", "order_line", "refund", "fulfilment", "order_return"],
)
async def test_nothing_of_an_order_is_deleted(shop: Shop, table: str) -> None:
    await shop.paid_order()

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with shop.world.tx() as tx:
            await tx.fetch(f"delete from checkout.{table}")


async def test_who_bought_is_forgotten_or_stays(shop: Shop) -> None:
    order = await shop.paid_order(session={"email": "ada@example.com"})
    change = "update checkout.placed_order set buyer = '{}' where id = $1"

    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        async with shop.world.tx() as tx:
            await tx.fetch(change, order.order.id)


@pytest.mark.parametrize("status", ["canceled", "unfulfilled", "partially_returned"])
async def test_a_status_follows_its_arrows(shop: Shop, status: str) -> None:
    """Returned is the end."""
    order = await shop.paid_order()
    await shop.owner.execute(
        "update checkout.placed_order set fulfilment_status = 'fulfilled' where id = $1",
        order.order.id,
    )
    await shop.owner.execute(
        "update checkout.placed_order set fulfilment_status = 'returned' where id = $1",
        order.order.id,
    )

    with pytest.raises(asyncpg.CheckViolationError):
        async with shop.world.tx() as tx:
            await tx.fetch(
                "update checkout.placed_order set fulfilment_status = $2 where id = $1",
                order.order.id,
                status,
            )
