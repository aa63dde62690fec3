"""What is told of payments, saved methods and disputes: each in the shape of the API."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from guilder.payments.manifest import MANIFEST
from guilder.payments.payment import Payment, PaymentStatus
from tests.payments.till import Till

S = PaymentStatus


async def told(till: Till, api: httpx.AsyncClient, object_id: object) -> list[dict[str, Any]]:
    """The facts about an object, oldest first."""
    await settled(till)
    events = (await api.get(f"/v1/events?object={object_id}")).json()["data"]
    return list(reversed(events))


async def settled(till: Till) -> None:
    """Carry what was told to the log, until nothing is left."""
    (position,) = await till.owner.fetchrow(
        "select (select count(*) from events.outbox where tenant_id = $1)"
        " + (select count(*) from events.event where tenant_id = $1)",
        till.world.tenant_id,
    )
    await till.world.relayed(position)


@pytest.mark.parametrize("status", S)
async def test_a_fact_shows_a_payment_as_the_api_does(
    till: Till, api: httpx.AsyncClient, status: PaymentStatus
) -> None:
    payment = await till.come_to(status)

    *_, last = await told(till, api, payment.id)

    assert last["data"] == (await api.get(f"/v1/payments/{payment.id}")).json()


async def test_a_fact_of_a_payment_with_a_saved_method_tells_no_token(
    till: Till, api: httpx.AsyncClient
) -> None:
    saved = (await api.post("/v1/payment-methods", json={"token": "pm_card_visa"})).json()
    payment = await till.paid(payment_method=saved["id"])

    facts = await told(till, api, payment.id)

    assert len(facts) == 2
    assert payment.payment_method_token is not None
    assert payment.payment_method_token not in str(facts)


async def test_a_fact_shows_a_saved_method_as_the_api_does(
    till: Till, api: httpx.AsyncClient
) -> None:
    saved = (await api.post("/v1/payment-methods", json={"token": "pm_card_visa"})).json()
    path = f"/v1/payment-methods/{saved['id']}"
    shown = [
        saved,
        (await api.patch(path, json={"metadata": {"label": "home"}})).json(),
        (await api.post(f"{path}/detachments")).json(),
    ]

    facts = await told(till, api, saved["id"])

    assert [(fact["type"], fact["data"]) for fact in facts] == [
        ("payment_method.attached", shown[0]),
        ("payment_method.updated", shown[1]),
        ("payment_method.detached", shown[2]),
    ]


async def test_a_fact_shows_a_dispute_as_the_api_does(till: Till, api: httpx.AsyncClient) -> None:
    await till.paid(payment_method="pm_card_createDispute")
    await till.work()
    (dispute,) = (await api.get("/v1/disputes")).json()["data"]

    (opened,) = await told(till, api, dispute["id"])

    assert (opened["type"], opened["data"]) == ("dispute.opened", dispute)


def held_back(till: Till) -> Awaitable[Payment]:
    return till.pending(payment_method="pm_card_timeoutAfterCharge")


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (held_back, ["payment.created", "payment.processing"]),
        (Till.pending, ["payment.created", "payment.succeeded"]),
    ],
    ids=["its gateway has to be waited for", "its gateway answers at once"],
)
async def test_a_confirmation_is_told(
    till: Till,
    api: httpx.AsyncClient,
    way: Callable[[Till], Awaitable[Payment]],
    expected: list[str],
) -> None:
    payment = await way(till)
    await till.confirm(payment, None if payment.payment_method_token else "pm_card_visa")

    facts = await told(till, api, payment.id)

    assert [fact["type"] for fact in facts] == expected
    assert facts[-1]["data"]["status"] == expected[-1].partition(".")[2]


def test_every_status_that_a_payment_comes_to_is_told() -> None:
    names = {fact.name for fact in MANIFEST.facts}
    assert {f"payment.{status}" for status in S if status is not S.PENDING} <= names
