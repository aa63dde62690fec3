"""What is wrong with one of several payments that come at once is nothing to the others."""

import asyncio
from collections.abc import Callable
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from guilder.kernel import MAX_MINOR, Problem
from guilder.payments.draft import NewPayment
from guilder.payments.intake import Taken
from tests.payments.till import VISA, Till, new
from tests.world import World

Made = dict[str, NewPayment]

OUTCOMES = {
    "good": "succeeded",
    "twin": "succeeded",
    "other body": "payment_key_reused",
    "zero": "amount_not_positive",
    "too large": "amount_too_large",
    "foreign customer": "customer_not_found",
    "declined": "failed",
}
"""What becomes of each, wherever it stands. The twin asks for the same as the good one."""


def items(user: UUID, held: str, stranger: Any) -> Made:
    """One of each sort, for a user who holds a key already."""
    return {
        "good": new("1.00", user_id=user, idempotency_key="good"),
        "twin": new("1.00", user_id=user, idempotency_key="good"),
        "other body": new("9.00", user_id=user, idempotency_key=held),
        "zero": new("0.00"),
        "too large": NewPayment(
            amount_minor=MAX_MINOR + 1, currency="EUR", payment_method=VISA, is_confirmed=True
        ),
        "foreign customer": new("3.00", customer_id=stranger),
        "declined": new("4.00", payment_method="pm_card_chargeDeclined"),
    }


def told(outcome: Taken | Problem) -> str:
    return outcome.code if isinstance(outcome, Problem) else str(outcome.payment.status)


@pytest.mark.parametrize(
    "names",
    [
        ("good", "twin", "zero", "foreign customer", "declined"),
        ("good", "other body", "too large", "foreign customer"),
    ],
    ids=" ".join,
)
async def test_each_has_its_own_outcome_in_every_order(
    till: Till, other: World, names: tuple[str, ...]
) -> None:
    stranger = await Till(other, till.owner).customer()
    orders = list(permutations(names))
    users = [uuid4() for _ in orders]
    for user in users:
        await till.paid("2.00", user_id=user, idempotency_key="held")
    before = await state_of(till)

    for user, order in zip(users, orders, strict=True):
        made = items(user, "held", stranger)
        outcomes = await till.create(*(made[name] for name in order))
        assert [told(outcome) for outcome in outcomes] == [OUTCOMES[name] for name in order]
        assert len({one.payment.id for one in outcomes if isinstance(one, Taken)}) == len(
            {"good", "declined"} & set(order)
        )

    counted, _, untouched = await state_of(till)
    new_payments = len({"good", "declined"} & set(names)) * len(orders)
    assert counted == before[0] + new_payments
    assert untouched[-len(before[2]) :] == before[2]
    taken = 2.00 * len(users) + 1.00 * len(orders)
    assert await till.balances() == {
        "customer": f"-{taken:.2f}",
        "gateway/sandbox": f"{taken:.2f}",
    }
    assert (await till.check()).agrees


async def state_of(till: Till) -> tuple[int, int, list[str]]:
    """How many payments and transactions there are, and each payment as it stands."""
    payments = await till.owner.fetch(
        "select payment::text as row from payments.payment where tenant_id = $1 order by id desc",
        till.world.tenant_id,
    )
    transactions = await till.owner.fetchval(
        "select count(*) from payments.transaction where tenant_id = $1", till.world.tenant_id
    )
    return len(payments), transactions, [row["row"] for row in payments]


async def test_one_that_its_database_would_refuse_does_not_break_the_others(till: Till) -> None:
    """Nothing that a caller can send may fail the statement that writes them all."""
    fields: list[dict[str, Any]] = [
        {"order_id": "o" * 100},
        {"description": "d" * 1000},
        {"request_identifier": "r" * 255, "order_id": "o"},
        {"idempotency_key": "k" * 255},
        {"payment_method": "m" * 255},
        {"return_url": f"https://shop.example/{'x' * 1900}"},
        {"metadata": {"deep": [{"er": None}]}},
    ]

    outcomes = await till.create(*(new("1.00", **further) for further in fields))

    assert [told(outcome) for outcome in outcomes] == [
        "failed" if "payment_method" in further else "succeeded" for further in fields
    ]


async def test_a_method_for_each_way_of_paying_in_one_batch(till: Till) -> None:
    """Held, taken, waiting and left to a gateway: each has its own transaction, or none."""
    outcomes = await till.create(
        new("1.00"),
        new("2.00", capture="manual"),
        new("3.00", is_confirmed=False),
        new("4.00", payment_method="pm_card_createDispute"),
        new("5.00", payment_method="pm_card_chargeDeclined"),
    )

    payments = [one.payment for one in outcomes if isinstance(one, Taken)]
    assert [await till.moved(payment) for payment in payments] == [
        ["capture 1.00 succeeded"],
        ["authorization 2.00 succeeded"],
        [],
        ["capture 4.00 open"],
        ["capture 5.00 failed"],
    ]
    assert [one.attempt_id is not None for one in outcomes if isinstance(one, Taken)] == [
        False,
        False,
        False,
        True,
        False,
    ]
    assert await till.waiting_jobs() == ["settle_attempt", "expire_payment"]


SALE = {"amount": 100, "currency": "EUR", "payment_method": VISA, "confirm": True}
OVER_HTTP: dict[str, tuple[Callable[[str, str], dict[str, Any]], int, str]] = {
    "good": (
        lambda user, _: SALE | {"user_id": user, "idempotency_key": "good"},
        201,
        "succeeded",
    ),
    "other body": (
        lambda user, _: SALE | {"amount": 9, "user_id": user, "idempotency_key": "held"},
        422,
        "payment_key_reused",
    ),
    "zero": (lambda *_: SALE | {"amount": 0}, 422, "amount_not_positive"),
    "no form": (lambda *_: SALE | {"amount": "1"}, 422, "invalid_request"),
    "foreign customer": (
        lambda _, stranger: SALE | {"customer_id": stranger},
        404,
        "customer_not_found",
    ),
}


async def test_calls_at_the_same_time_have_their_own_answers(
    api: httpx.AsyncClient, till: Till, other: World
) -> None:
    stranger = str(await Till(other, till.owner).customer())
    for rest in permutations(OVER_HTTP.keys() - {"no form"}):
        order = (*rest, "no form")
        user = str(uuid4())
        held = await api.post(
            "/v1/payments", json=SALE | {"user_id": user, "idempotency_key": "held"}
        )
        assert held.status_code == 201

        answers = await asyncio.gather(
            *(
                api.post(
                    "/v1/payments",
                    json=OVER_HTTP[name][0](user, stranger),
                    headers={"idempotency-key": f"{user} {name}"},
                )
                for name in order
            )
        )

        assert [
            (answer.status_code, answer.json().get("code", answer.json()["status"]))
            for answer in answers
        ] == [OVER_HTTP[name][1:] for name in order]
    assert (await till.check()).agrees


async def test_programs_with_other_rights_share_no_batch(world: World, till: Till) -> None:
    """Each is let in for itself, though they come at the same time to the same door."""
    keys = [(await world.key(scope)).secret for scope in ("payments:write", "payments:read")]
    transport = httpx.ASGITransport(app=world.system.door())
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as anyone:
        answers = await asyncio.gather(
            *(
                anyone.post("/v1/payments", json=SALE, headers={"authorization": f"Bearer {key}"})
                for key in keys * 4
            )
        )

    assert [answer.status_code for answer in answers] == [201, 403] * 4
    assert (await till.balances())["gateway/sandbox"] == "4.00"
