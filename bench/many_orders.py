"""Orders where many were placed before, in a shop that sells many things: how the rate holds.

GUILDER_BENCH_ORDERS and GUILDER_BENCH_PRODUCTS say how many. An order that was really placed
is copied, with its cart, checkout and payment, as are a product, its price and its stock.
"""

import os
import time
from collections.abc import Sequence

import asyncpg
import uvloop

from bench.orders import CLIENTS, ROUNDS, measure, shop, shop_server
from bench.payments import serving
from guilder import postgres

ORDERS = int(os.environ.get("GUILDER_BENCH_ORDERS", "1000000"))
PRODUCTS = int(os.environ.get("GUILDER_BENCH_PRODUCTS", "100000"))
STEP = 50_000

COLUMNS = """
    select attname::text
    from pg_attribute
    where
        attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    order by attnum
"""

NEW_ORDERS = """
    create temporary table new on commit drop as
    select
        kernel.uuid7() as cart, kernel.uuid7() as session, kernel.uuid7() as payment,
        kernel.uuid7() as placed, $1::bigint + place as number
    from generate_series(1, $2::int) as place
"""

NEW_PRODUCTS = """
    create temporary table new on commit drop as
    select kernel.uuid7() as product, kernel.uuid7() as variant, 'FILLED-' || place as sku
    from generate_series(1, $1::int) as place
"""

ORDER: Sequence[tuple[str, dict[str, str]]] = (
    ("checkout.cart", {"id": "new.cart"}),
    (
        "payments.payment",
        {
            "id": "new.payment",
            "order_id": "new.placed::text",
            "gateway_payment_intent_id": "'filled_' || new.payment",
            "idempotency_key": "null",
            "request_identifier": "null",
        },
    ),
    (
        "checkout.session",
        {
            "id": "new.session",
            "cart_id": "new.cart",
            "order_id": "new.placed",
            "payment_id": "new.payment",
        },
    ),
    (
        "checkout.placed_order",
        {
            "id": "new.placed",
            "number": "new.number",
            "checkout_id": "new.session",
            "cart_id": "new.cart",
            "payment_id": "new.payment",
        },
    ),
    ("checkout.order_line", {"id": "kernel.uuid7()", "order_id": "new.placed"}),
)

PRODUCT: Sequence[tuple[str, dict[str, str]]] = (
    ("catalog.product", {"id": "new.product", "name": "new.sku"}),
    (
        "catalog.variant",
        {"id": "new.variant", "product_id": "new.product", "sku": "new.sku", "name": "new.sku"},
    ),
    ("catalog.price", {"id": "kernel.uuid7()", "variant_id": "new.variant"}),
    ("catalog.stock", {"variant_id": "new.variant"}),
)

ONE_ORDER = {
    "checkout.cart": "id = (select cart_id from checkout.placed_order where number = $1)",
    "payments.payment": "id = (select payment_id from checkout.placed_order where number = $1)",
    "checkout.session": "id = (select checkout_id from checkout.placed_order where number = $1)",
    "checkout.placed_order": "number = $1",
    "checkout.order_line": "order_id = (select id from checkout.placed_order where number = $1)",
}

ONE_PRODUCT = {
    "catalog.product": "id = (select product_id from catalog.variant where id = $1)",
    "catalog.variant": "id = $1",
    "catalog.price": "variant_id = $1 and currency = 'EUR'",
    "catalog.stock": "variant_id = $1",
}


async def fill(server: postgres.Server, variant_id: str) -> None:
    """Copy one order and one product until there are many."""
    owner = await asyncpg.connect(server.url("guilder"))
    tenant_id = await owner.fetchval("select id from identity.tenant")
    await owner.execute(f"set guilder.tenant = '{tenant_id}'; set statement_timeout = 0")
    (numbers,) = await owner.fetch("select min(number), max(number) from checkout.placed_order")
    first, last = numbers
    for done in range(0, PRODUCTS, STEP):
        async with owner.transaction():
            await owner.execute(NEW_PRODUCTS.replace("$1", str(min(STEP, PRODUCTS - done))))
            await owner.execute("update new set sku = sku || '-' || $1::text", str(done))
            await _copy(owner, PRODUCT, ONE_PRODUCT, key=f"'{variant_id}'::uuid")
    for done in range(0, ORDERS, STEP):
        async with owner.transaction():
            count = min(STEP, ORDERS - done)
            begin = last + 1_000_000 + done
            text = NEW_ORDERS.replace("$1", str(begin)).replace("$2", str(count))
            await owner.execute(text)
            await _copy(owner, ORDER, ONE_ORDER, key=str(first))
    await owner.execute("vacuum analyze")
    await owner.close()


async def _copy(
    owner: asyncpg.Connection,
    tables: Sequence[tuple[str, dict[str, str]]],
    one: dict[str, str],
    *,
    key: str,
) -> None:
    for table, changed in tables:
        columns = [row[0] for row in await owner.fetch(COLUMNS, table)]
        values = ", ".join(changed.get(name, f"old.{name}") for name in columns)
        which = one[table].replace("$1", key)
        await owner.execute(
            f"insert into {table} ({', '.join(columns)}) "
            f"select {values} from {table} as old cross join new where {_of_old(which)}"
        )


def _of_old(which: str) -> str:
    """The condition, on the row that is copied."""
    name, _, rest = which.partition(" ")
    return f"old.{name} {rest.replace(' and currency', ' and old.currency')}"


def main() -> None:
    """Shop before and after the shop was filled."""
    with shop_server() as (server, folder, secret, variants):
        rates = {}
        for state in ("empty", "full"):
            if state == "full":
                began = time.perf_counter()
                uvloop.run(fill(server, variants[0]))
                spent = time.perf_counter() - began
                print(f"  {ORDERS:,} orders and {PRODUCTS:,} products written in {spent:.0f} s")
            with serving(folder, 1) as (addresses, processes):
                uvloop.run(shop(addresses, secret, variants, clients=CLIENTS, seconds=3))
                rates[state] = max(
                    measure(addresses, processes, secret, variants) for _ in range(ROUNDS)
                )
        print(f"  full beside empty: {rates['full'] / rates['empty']:.2f} times")
