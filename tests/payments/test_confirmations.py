"""A payment that waits is paid; where a bank wants to see the buyer, the buyer acts first."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from guilder.kernel import IllegalMove
from guilder.payments.confirmations import PaymentExpired, confirm
from guilder.payments.draft import PaymentMethodMissing
from guilder.payments.gateways import ActionNeeded
from guilder.payments.outcomes import record_outcome
from guilder.payments.payment import CaptureMode, PaymentStatus
from tests.http.documents import problem
from tests.payments.till import Till
from tests.race import race
from tests.world import World

S = PaymentStatus
BACK = "https://shop.example/back"
AUTHENTICATION = "pm_card_authenticationRequired"


async def test_a_payment_is_confirmed_with_what_the_buyer_chose(till: Till) -> None:
    payment = await till.confirm(await till.pending("20.00"))

    assert (payment.status, payment.captured_minor) == (S.SUCCEEDED, 2000)
    assert payment.payment_method_token == "pm_card_visa"


async def test_one_that_has_its_method_needs_no_other(till: Till) -> None:
    payment = await till.pending(payment_method="pm_card_mastercard")

    paid = await till.confirm(payment, None)

    assert paid.instrument is not None
    assert (paid.status, paid.instrument.brand) == (S.SUCCEEDED, "mastercard")


async def test_without_a_method_nothing_is_confirmed(till: Till) -> None:
    payment = await till.pending()

    with pytest.raises(PaymentMethodMissing):
        await till.confirm(payment, None)
    assert await till.look(payment) == payment


async def test_an_authorization_is_confirmed_like_a_sale(till: Till) -> None:
    payment = await till.confirm(await till.pending(capture=CaptureMode.MANUAL))

    assert (payment.status, payment.capturable_minor) == (S.AUTHORIZED, 2000)


async def test_one_whose_time_is_over_is_not_confirmed(till: Till) -> None:
    payment = await till.run_out(await till.pending())

    with pytest.raises(PaymentExpired):
        await till.confirm(payment)


async def test_one_is_confirmed_once_by_two_at_once(till: Till) -> None:

    payment = await till.pending()

    first, second = await race(
        till.world,
        lambda tx: confirm(tx, payment.id, "pm_card_visa", return_url=None),
        lambda tx: confirm(tx, payment.id, "pm_card_visa", return_url=None),
    )

    assert first[0].status is S.SUCCEEDED
    assert isinstance(second, IllegalMove)
    assert await till.balances() == {"customer": "-20.00", "gateway/sandbox": "20.00"}


async def test_the_decline_of_a_confirmation_ends_the_payment(
    till: Till, api: httpx.AsyncClient
) -> None:
    payment = await till.pending()

    answer = await api.post(
        f"/v1/payments/{payment.id}/confirmations",
        json={"payment_method": "pm_card_chargeDeclinedInsufficientFunds"},
    )

    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["last_error_code"]) == (
        "failed",
        "insufficient_funds",
    )


async def begun(api: httpx.AsyncClient, **further: Any) -> tuple[dict[str, Any], str]:
    """A payment whose buyer has to act, and where."""
    asked = {"amount": 2000, "currency": "EUR", "payment_method": AUTHENTICATION, "confirm": True}
    shown = (await api.post("/v1/payments", json=asked | further)).json()
    assert shown["status"] == "requires_action"
    assert shown["next_action"]["type"] == "redirect"
    return shown, urlsplit(shown["next_action"]["url"]).path


def visitor(world: World) -> httpx.AsyncClient:
    """A buyer, who has no key."""
    transport = httpx.ASGITransport(app=world.system.door())
    return httpx.AsyncClient(transport=transport, base_url="http://guilder.test")


@pytest.mark.parametrize("capture", ["automatic", "manual"])
async def test_a_buyer_agrees_on_the_banks_page(
    api: httpx.AsyncClient, till: Till, capture: str
) -> None:
    shown, page = await begun(api, return_url=BACK, capture=capture)
    async with visitor(till.world) as buyer:
        question = await buyer.get(page)
        answer = await buyer.post(f"{page}/agreements")
        afterwards = await buyer.get(page)

    assert question.status_code == 200
    assert "20.00 EUR" in question.text
    assert f'action="{page.rpartition("/")[2]}/agreements"' in question.text
    assert (answer.status_code, answer.headers["location"]) == (303, BACK)
    assert "was confirmed" in afterwards.text
    assert "<form" not in afterwards.text
    after = (await api.get(f"/v1/payments/{shown['id']}")).json()
    assert after["status"] == ("succeeded" if capture == "automatic" else "authorized")
    assert after["next_action"] is None
    assert (await till.check()).agrees


async def test_a_buyer_refuses_on_the_banks_page(api: httpx.AsyncClient, till: Till) -> None:
    shown, page = await begun(api)
    async with visitor(till.world) as buyer:
        answer = await buyer.post(f"{page}/refusals")

    assert answer.status_code == 200
    assert "was refused" in answer.text
    after = (await api.get(f"/v1/payments/{shown['id']}")).json()
    assert (after["status"], after["last_error_code"]) == ("failed", "authentication_failed")
    assert await till.balances() == {}


@pytest.mark.parametrize(("first", "status"), [("agreements", "succeeded"), ("refusals", "failed")])
async def test_the_buyers_first_word_counts(
    api: httpx.AsyncClient, till: Till, first: str, status: str
) -> None:
    shown, page = await begun(api)
    async with visitor(till.world) as buyer:
        for word in (first, "agreements", "refusals", "agreements"):
            await buyer.post(f"{page}/{word}")
    await till.work(later=True)

    assert (await api.get(f"/v1/payments/{shown['id']}")).json()["status"] == status
    assert len(await till.balances()) == (2 if status == "succeeded" else 0)
    assert set((await till.balances()).values()) <= {"-20.00", "20.00"}


async def test_a_page_of_nobody_is_not_there(api: httpx.AsyncClient, till: Till) -> None:
    _, page = await begun(api)
    tenant, attempt = page.split("/")[-2:]
    async with visitor(till.world) as buyer:
        for path in (page.replace(attempt, tenant), page.replace(tenant, attempt), page + "x"):
            problem(await buyer.get(path), 404, "not_found")
            problem(await buyer.post(f"{path}/agreements"), 404, "not_found")


async def test_a_page_loads_nothing_from_elsewhere(api: httpx.AsyncClient, till: Till) -> None:
    _, page = await begun(api)
    async with visitor(till.world) as buyer:
        answer = await buyer.get(page)
        style = await buyer.get("/sandbox/bank.css")

    assert "default-src" in answer.headers["content-security-policy"]
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


async def test_a_shop_asks_whether_its_buyer_has_acted(api: httpx.AsyncClient, till: Till) -> None:
    """Confirming again without a method asks the gateway; before the buyer acts nothing changes."""
    shown, _ = await begun(api)
    path = f"/v1/payments/{shown['id']}/confirmations"

    before = await api.post(path, json={})
    (attempt,) = (await api.get(f"/v1/payments/{shown['id']}/transactions")).json()["data"]
    await till.world.system.gateways.sandbox(till.world.tenant_id).act(attempt["id"], agrees=True)
    after = await api.post(path, json={})

    assert (before.json()["status"], after.json()["status"]) == ("requires_action", "succeeded")


async def test_a_page_may_move_while_its_buyer_is_awaited(till: Till) -> None:
    """A gateway may give another address when it is asked again."""
    payment = await till.waiting()
    (attempt,) = await till.transactions(payment)
    elsewhere = ActionNeeded(
        intent=payment.gateway_payment_intent_id or "", url="https://x.example"
    )

    moved = await till.world.do(lambda tx: record_outcome(tx, attempt.id, elsewhere))

    assert (moved.status, moved.action_url) == (S.REQUIRES_ACTION, "https://x.example")
    assert (await till.cancel(payment)).status is S.CANCELED


async def test_a_notice_of_the_bank_is_enough(api: httpx.AsyncClient, till: Till) -> None:
    """The buyer has acted, and closed the window before the shop could hear of it."""
    shown, _ = await begun(api)
    (attempt,) = (await api.get(f"/v1/payments/{shown['id']}/transactions")).json()["data"]
    await till.world.system.gateways.sandbox(till.world.tenant_id).act(attempt["id"], agrees=True)

    assert await till.work() == ["sandbox_told", "apply_notice"]

    assert (await api.get(f"/v1/payments/{shown['id']}")).json()["status"] == "succeeded"
    assert (await till.check()).agrees
