"""Payments are found by what they belong to and how they stand, a page at a time."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from guilder.payments.payment import Payment, PaymentStatus
from tests.http.documents import pointers, problem
from tests.payments.till import Till, new
from tests.world import World

USER = UUID("01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10")


async def found(api: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await api.get("/v1/payments", params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["data"]]


async def test_payments_newest_first(till: Till, api: httpx.AsyncClient) -> None:
    payments = [str((await till.paid(f"{number}.00")).id) for number in range(1, 4)]

    assert await found(api) == payments[::-1]


@pytest.mark.parametrize("status", list(PaymentStatus))
async def test_by_status(till: Till, api: httpx.AsyncClient, status: PaymentStatus) -> None:
    payments = {each: await till.come_to(each) for each in PaymentStatus}

    assert await found(api, status=status) == [str(payments[status].id)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order_id", "order 7"),
        ("user_id", str(USER)),
        ("customer_id", None),
        ("gateway", "sandbox"),
        ("gateway_payment_intent_id", None),
    ],
)
async def test_by_what_they_belong_to(
    till: Till, api: httpx.AsyncClient, other: World, *, name: str, value: str | None
) -> None:
    ada = await till.customer()
    mine = await till.paid("1.00", order_id="order 7", user_id=USER, customer_id=ada)
    await till.paid("2.00", order_id="order 77", user_id=uuid4())
    theirs = await Till(other, till.owner).paid("3.00", order_id="order 7", user_id=USER)
    for payment in await all_others(till, mine):
        await till.owner.execute(
            "update payments.payment set gateway = 'paypal' where id = $1", payment
        )

    wanted = value or str(getattr(mine, name))

    assert await found(api, **{name: wanted}) == [str(mine.id)]
    assert str(theirs.id) not in await found(api)
    assert await found(api, **{name: wanted, "status": "failed"}) == []


async def all_others(till: Till, payment: Payment) -> list[UUID]:
    rows = await till.owner.fetch(
        "select id from payments.payment where tenant_id = $1 and id <> $2",
        till.world.tenant_id,
        payment.id,
    )
    return [row["id"] for row in rows]


async def test_by_when_they_were_asked_for(till: Till, api: httpx.AsyncClient) -> None:
    """From an instant on, and before another: a payment of just that instant is in one span."""
    old, middle, young = [await till.paid() for _ in range(3)]
    at = middle.created_at
    just_after = (at + timedelta(microseconds=1)).isoformat()

    assert await found(api, created_from=at.isoformat()) == [str(young.id), str(middle.id)]
    assert await found(api, created_before=at.isoformat()) == [str(old.id)]
    span = {"created_from": at.isoformat(), "created_before": just_after}
    assert await found(api, **span) == [str(middle.id)]


async def test_all_filters_at_once(till: Till, api: httpx.AsyncClient) -> None:
    mine = await till.paid("1.00", order_id="order 7", user_id=USER)

    assert await found(
        api,
        status="succeeded",
        order_id="order 7",
        user_id=str(USER),
        gateway="sandbox",
        gateway_payment_intent_id=mine.gateway_payment_intent_id,
        created_from=(mine.created_at - timedelta(days=1)).isoformat(),
        created_before=(mine.created_at + timedelta(days=1)).isoformat(),
    ) == [str(mine.id)]


async def test_pages_neither_skip_nor_repeat(till: Till, api: httpx.AsyncClient) -> None:
    """Several came in one batch, so at one instant; and more come while somebody reads."""
    await till.create(*(new(f"{number}.00") for number in range(1, 8)))
    everything = await found(api)
    read: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/payments", params={"limit": 3, **cursor})).json()
        read += [one["id"] for one in page["data"]]
        await till.paid("9.00")
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert read == everything
    assert len(read) == 7


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"status": "paid"}, "status"),
        ({"user_id": "me"}, "user_id"),
        ({"created_from": "yesterday"}, "created_from"),
        ({"created_from": "2026-11-20T00:00:00"}, "created_from"),
        ({"limit": "101"}, "limit"),
        ({"amount": "2000"}, "amount"),
    ],
)
async def test_a_filter_that_cannot_be_is_refused(
    api: httpx.AsyncClient, query: dict[str, str], parameter: str
) -> None:
    refused = await api.get("/v1/payments", params=query)

    assert pointers(problem(refused, 422, "invalid_request")) == [parameter]
