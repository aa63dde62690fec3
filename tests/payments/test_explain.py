"""Every index that the source model asks for is used, by the statement that the list runs."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from guilder.db import STATEMENTS
from tests.payments.till import Till

MANY = """
    insert into payments.payment (
        tenant_id, order_id, user_id, amount_minor, currency, status, capture, gateway,
        gateway_payment_intent_id, created_by, created_at, canceled_by
    )
    select
        $1, 'order ' || number, gen_random_uuid(), 2000, 'EUR',
        case when number % 50 = 0 then 'pending' when number % 3 = 0 then 'canceled'
        else 'failed' end,
        'automatic', 'sandbox', 'intent ' || number, 'a test', now() - number * interval '1 minute',
        case when number % 50 <> 0 and number % 3 = 0 then 'a test' end
    from generate_series(1, 4000) as number
"""

NOTHING: dict[str, Any] = {
    "status": None,
    "order_id": None,
    "user_id": None,
    "customer_ids": None,
    "gateway": None,
    "intent": None,
    "created_from": None,
    "created_before": None,
    "before_at": None,
    "before_id": None,
    "most": 26,
}


@pytest.fixture
async def busy(till: Till) -> Till:
    """A tenant with so many payments that to read them all would be a mistake."""
    await till.owner.execute(MANY, till.world.tenant_id)
    await till.owner.execute("analyze payments.payment")
    return till


async def explained(till: Till, **filters: Any) -> str:
    """How PostgreSQL finds these payments for the application, under row security."""
    (statement,) = [one for one in STATEMENTS if one.name == "newest_payments"]
    given = NOTHING | {"tenant_id": till.world.tenant_id} | filters
    absent = frozenset(name for name in statement.conditions if given[name] is None)
    text, params = statement.text(absent)
    async with till.world.tx() as tx:
        rows = await tx.fetch(f"explain {text}", *[given[name] for name in params])
    return "\n".join(row[0] for row in rows)


async def test_an_index_is_used_for_each_way_to_look(busy: Till) -> None:
    ways: dict[str, dict[str, Any]] = {
        "payment_order": {"order_id": "order 7"},
        "payment_user": {"user_id": uuid4()},
        "payment_status": {"status": "pending"},
        "payment_intent": {"intent": "intent 7"},
        "payment_customer": {"customer_ids": [uuid4()]},
    }

    plans = {index: await explained(busy, **filters) for index, filters in ways.items()}

    assert {index for index, plan in plans.items() if f"{index} " not in plan} == set()
    assert {index for index, plan in plans.items() if "Seq Scan" in plan} == set()


async def test_payments_of_a_status_over_time_come_in_order_from_one_index(busy: Till) -> None:
    """The composite index (status, created_at): no sorting, and no row read for nothing."""
    now = await busy.now()

    plan = await explained(
        busy,
        status="failed",
        created_from=now - timedelta(hours=20),
        created_before=now - timedelta(hours=10),
    )

    assert "Index Scan Backward using payment_status on payment" in plan
    condition = plan.partition("Index Cond:")[2].partition("\n")[0]
    assert all(part in condition for part in ("status =", "created_at >=", "created_at <"))
    assert "Sort" not in plan


async def test_a_page_goes_on_where_the_last_one_ended(busy: Till) -> None:
    plan = await explained(
        busy, status="failed", before_at=await busy.now() - timedelta(days=1), before_id=UUID(int=0)
    )

    condition = plan.partition("Index Cond:")[2].partition("\n")[0]
    assert "ROW(created_at, id) <" in condition
    assert "Sort" not in plan


async def test_a_payment_is_found_by_its_key(busy: Till) -> None:
    async with busy.world.tx() as tx:
        rows = await tx.fetch(
            "explain select * from payments.payment where tenant_id = $1 and id = $2",
            busy.world.tenant_id,
            uuid4(),
        )

    assert "Index Scan using payment_pkey" in "\n".join(row[0] for row in rows)
