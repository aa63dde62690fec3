"""What needs somebody is found by an index, however much goes well."""

import asyncpg
import pytest

from tests.checkout.promotions.test_explain import explained
from tests.world import World

PAYMENTS = """
    insert into payments.payment (
        tenant_id, order_id, amount_minor, currency, status, capture, created_by, canceled_by,
        created_at
    )
    select
        $1, 'order ' || place, 2000, 'EUR',
        case when place % 100 = 0 then 'failed' else 'canceled' end, 'automatic', 'a test',
        case when place % 100 > 0 then 'a test' end, now() - place * interval '1 minute'
    from generate_series(1, 4000) as place
"""
REFUNDS = """
    insert into payments.transaction (
        tenant_id, payment_id, type, status, amount_minor, currency, gateway, created_by,
        finished_at
    )
    select tenant_id, id, 'refund', 'succeeded', 2000, 'EUR', 'sandbox', 'a test', now()
    from payments.payment where tenant_id = $1
"""
DISPUTES = """
    insert into payments.dispute (
        tenant_id, payment_id, gateway, gateway_dispute_id, status, is_inquiry, amount_minor,
        currency, reason, closed_at
    )
    select tenant_id, id, 'sandbox', id::text, 'won', false, 2000, 'EUR', 'fraudulent', now()
    from payments.payment where tenant_id = $1
"""


@pytest.fixture
async def busy(world: World, owner: asyncpg.Connection) -> World:
    """A tenant with so many payments that to read them all would be a mistake."""
    for table, many in (("payment", PAYMENTS), ("transaction", REFUNDS), ("dispute", DISPUTES)):
        await owner.execute(many, world.tenant_id)
        await owner.execute(f"analyze payments.{table}")
    return world


async def test_what_is_the_matter_is_found_by_an_index(busy: World) -> None:
    indexes = {
        "disputed": "dispute_open",
        "not_given_back": "transaction_refund_failed",
        "not_paid": "payment_status",
    }

    plans = {name: await explained(busy, name, most=1000) for name in indexes}

    assert {
        name: plans[name] for name, index in indexes.items() if f"{index} " not in plans[name]
    } == {}
    assert [name for name, plan in plans.items() if "Seq Scan" in plan] == []
