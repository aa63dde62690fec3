"""What happened to a payment, in words."""

import httpx
import pytest

from tests.http.documents import problem
from tests.payments.till import Till
from tests.world import World


async def told(till: Till, payment_id: object) -> list[str]:
    """The story, a sentence for each moment."""
    async with till.world.program("payments:read") as program:
        answer = await program.get(f"/v1/payments/{payment_id}/timeline")
    moments = answer.json()["data"]
    assert [one["at"] for one in moments] == sorted(one["at"] for one in moments)
    assert all(one["actor"] for one in moments)
    return [one["text"] for one in moments]


SANDBOX = "at sandbox: no gateway is set up, so the sandbox takes it"


async def test_a_sale_and_its_refund(till: Till) -> None:
    payment = await till.paid("20.00")
    await till.refund(payment, "5.00")

    assert await told(till, payment.id) == [
        f"20.00 EUR was asked for, to be paid {SANDBOX}.",
        "sandbox was asked to take 20.00 EUR from visa ending in 4242.",
        "20.00 EUR was taken.",
        "sandbox was asked to give back 5.00 EUR (late).",
        "5.00 EUR was given back.",
    ]


async def test_an_authorization_taken_in_part_and_called_off(till: Till) -> None:
    payment = await till.authorized("20.00")
    await till.capture(payment, "5.00")
    await till.cancel(payment)

    assert await told(till, payment.id) == [
        f"20.00 EUR was asked for, to be held {SANDBOX}.",
        "sandbox was asked to hold 20.00 EUR from visa ending in 4242.",
        "20.00 EUR is held.",
        "sandbox was asked to take 5.00 EUR of what is held.",
        "5.00 EUR was taken.",
        "sandbox was asked to let go of what is held.",
        "Nothing is held any more.",
    ]


async def test_a_decline(till: Till) -> None:
    payment = await till.failed("20.00")

    assert (await told(till, payment.id))[-1] == (
        "It was not done: The card was declined. (card_declined)"
    )


@pytest.mark.parametrize(
    ("way", "last"),
    [
        ("waiting", "The buyer has to confirm it."),
        ("underway", "Its outcome is not known yet; the gateway will be asked again."),
        ("canceled", "It was canceled."),
    ],
)
async def test_how_it_stands(till: Till, way: str, last: str) -> None:
    payment = await getattr(till, way)("20.00")

    assert (await told(till, payment.id))[-1] == last


@pytest.mark.parametrize(
    ("evidence", "last"),
    [
        ("losing_evidence", "The buyer's bank took back 20.00 EUR: fraudulent."),
        ("winning_evidence", "20.00 EUR came back: the dispute was won."),
    ],
)
async def test_a_dispute(till: Till, api: httpx.AsyncClient, evidence: str, last: str) -> None:
    payment = await till.paid("20.00", payment_method="pm_card_createDispute")
    await till.work()
    (dispute,) = (await api.get("/v1/disputes")).json()["data"]
    await api.post(f"/v1/disputes/{dispute['id']}/evidence", json={"text": evidence})

    assert (await told(till, payment.id))[-1] == last


async def test_who_calls_it_off_is_named(world: World) -> None:
    async with world.program("payments:write") as shop:
        made = (await shop.post("/v1/payments", json={"amount": 2000, "currency": "EUR"})).json()
    async with world.program("payments:*") as clerk:
        path = f"/v1/payments/{made['id']}"
        ended = (await clerk.post(f"{path}/cancellations", json={"reason": "sold out"})).json()
        *_, last = (await clerk.get(f"{path}/timeline")).json()["data"]

    assert last["text"] == "It was canceled (sold out)."
    assert last["actor"] == ended["canceled_by"] != made["created_by"]
    assert ended["cancellation_reason"] == "sold out"


@pytest.mark.parametrize("way", ["pending", "authorized", "waiting"])
async def test_what_expired_was_called_off_by_nobody(till: Till, way: str) -> None:
    payment = await till.run_out(await getattr(till, way)("20.00"))
    await till.do_twice("payments.expire_payment", f'{{"payment_id": "{payment.id}"}}')
    async with till.world.program("payments:read") as program:
        shown = (await program.get(f"/v1/payments/{payment.id}")).json()
        moments = (await program.get(f"/v1/payments/{payment.id}/timeline")).json()["data"]

    assert (shown["canceled_by"], shown["cancellation_reason"]) == ("job", "expired")
    ends = ("It was canceled", "sandbox was asked to let go")
    assert [one["actor"] for one in moments if one["text"].startswith(ends)] == ["job"]


async def test_each_moment_says_who_brought_it_about(world: World) -> None:
    async with world.program("payments:write", "payments:read") as program:
        asked = {"amount": 2000, "currency": "EUR", "payment_method": "pm_card_visa"}
        made = (await program.post("/v1/payments", json=asked | {"confirm": True})).json()
        answer = await program.get(f"/v1/payments/{made['id']}/timeline")
        nobody = await program.get(f"/v1/payments/{world.tenant_id}/timeline")

    actors = [moment["actor"] for moment in answer.json()["data"]]
    assert actors == [made["created_by"], made["created_by"], "sandbox"]
    problem(nobody, 404, "payment_not_found")
