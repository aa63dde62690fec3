"""An inquiry asks and takes nothing; what becomes of it may take."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from guilder.payments.payment import Payment, PaymentStatus
from tests.payments.elsewhere import Elsewhere, at
from tests.payments.gateways.counterparts.stripe_server import disputes
from tests.payments.test_chargebacks import noted
from tests.payments.till import Till

S = PaymentStatus


@pytest.fixture
async def stripe(till: Till) -> AsyncIterator[Elsewhere]:
    async with at("stripe", till) as opened:
        yield opened


async def inquired(stripe: Elsewhere) -> Payment:
    """A payment of which its buyer's bank wants to hear."""
    payment = await stripe.paid("20.00", token="inquired")
    await stripe.told(payment)
    return payment


async def shown(api: httpx.AsyncClient) -> dict[str, Any]:
    (dispute,) = (await api.get("/v1/disputes")).json()["data"]
    return {name: dispute[name] for name in ("status", "is_inquiry", "amount", "fee")}


def said(stripe: Elsewhere) -> Any:
    """The inquiry as Stripe has it."""
    (found,) = stripe.counterpart.books.all("dispute")
    return found


async def test_it_is_seen_and_takes_nothing(stripe: Elsewhere, api: httpx.AsyncClient) -> None:
    payment = await inquired(stripe)

    assert await shown(api) == {"status": "open", "is_inquiry": True, "amount": 2000, "fee": 0}
    after = await stripe.till.look(payment)
    assert (after.disputed_minor, after.refundable_minor) == (0, 2000)
    assert await stripe.till.moved(payment) == ["capture 20.00 succeeded"]
    assert (await stripe.till.balances())["gateway/stripe"] == "19.40"
    assert (await stripe.till.check()).agrees


async def test_it_is_answered_and_closed(stripe: Elsewhere, api: httpx.AsyncClient) -> None:
    payment = await inquired(stripe)
    name = said(stripe)["id"]
    await stripe.counterpart.gateway.answer_dispute(name, "It was delivered.", is_final=True)
    await stripe.told(payment)
    assert (await shown(api))["status"] == "under_review"

    disputes.close_inquiry(stripe.counterpart.books, said(stripe))
    await stripe.told(payment)

    assert await shown(api) == {"status": "won", "is_inquiry": True, "amount": 2000, "fee": 0}
    assert await stripe.till.moved(payment) == ["capture 20.00 succeeded"]
    assert (await stripe.till.check()).agrees


async def test_it_is_settled_by_a_refund(stripe: Elsewhere, api: httpx.AsyncClient) -> None:
    payment = await inquired(stripe)

    await stripe.till.refund(payment)

    assert (await stripe.till.look(payment)).status is S.REFUNDED
    assert (await shown(api))["is_inquiry"] is True


@pytest.mark.parametrize("is_answered", [True, False])
async def test_it_becomes_a_dispute_that_takes(
    stripe: Elsewhere, api: httpx.AsyncClient, *, is_answered: bool
) -> None:
    payment = await inquired(stripe)
    till, name = stripe.till, said(stripe)["id"]
    if is_answered:
        await stripe.counterpart.gateway.answer_dispute(name, "It was delivered.", is_final=True)
        await stripe.told(payment)

    disputes.escalate(stripe.counterpart.books, said(stripe))
    await stripe.told(payment)

    assert await shown(api) == {"status": "open", "is_inquiry": False, "amount": 2000, "fee": 1500}
    assert (await till.look(payment)).disputed_minor == 2000
    assert await till.balances() == {
        "customer": "-20.00",
        "disputed/stripe": "20.00",
        "fees/stripe": "15.60",
        "gateway/stripe": "-15.60",
    }
    assert (await till.check()).agrees
    await stripe.counterpart.gateway.answer_dispute(name, "winning_evidence", is_final=True)
    await stripe.told(payment)
    assert (await shown(api))["status"] == "won"
    assert (await till.balances())["gateway/stripe"] == "4.40"


@pytest.mark.parametrize("late", ["open", "under_review", "won"])
async def test_what_was_said_of_the_inquiry_comes_too_late(till: Till, late: str) -> None:
    """Two notices at once: the gateway was asked for the one before it took the money."""
    payment = await till.paid("20.00")
    await noted(till, payment, is_inquiry=True)
    await noted(till, payment)

    after = await noted(till, payment, late, is_inquiry=True)

    assert (after.status, after.is_inquiry) == ("open", False)
    assert (await till.look(payment)).disputed_minor == 2000


async def test_facts_tell_that_it_became_a_dispute(till: Till, api: httpx.AsyncClient) -> None:
    payment = await till.paid("20.00")
    await noted(till, payment, is_inquiry=True)
    dispute = await noted(till, payment)
    await till.world.relayed(3)

    events = (await api.get(f"/v1/events?object={dispute.id}")).json()["data"]

    assert [(one["type"], one["data"]["is_inquiry"]) for one in events] == [
        ("dispute.updated", False),
        ("dispute.opened", True),
    ]
