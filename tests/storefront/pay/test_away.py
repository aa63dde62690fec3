"""A buyer pays at a gateway's own pages, and comes back: ours asks it what became of it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.checkout.shop import Shop
from tests.payments.elsewhere import Elsewhere, at
from tests.storefront.pay.buyers import Buyer, path_of, text_of, told_beside
from tests.storefront.pay.test_paying import checkout

BACK = "returned=1&token=EC-1&PayerID=ADA"
"""How PayPal adds to the address to which it sends somebody back."""

FINELY = {"paypal": "5.000", "stripe": "5.005"}
"""Amounts in dinars that each does not take: PayPal none, Stripe only whole ten fils."""


@pytest.fixture(params=["paypal", "stripe"])
async def elsewhere(shop: Shop, request: pytest.FixtureRequest) -> AsyncIterator[Elsewhere]:
    async with at(request.param, shop.till) as opened:
        yield opened


@pytest.fixture
async def there(elsewhere: Elsewhere) -> AsyncIterator[Buyer]:
    """A browser in front of a process that talks to PayPal's counterpart."""
    transport = httpx.ASGITransport(app=elsewhere.till.world.system.door(), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as browser:
        yield Buyer(browser)


async def intent_of(shop: Shop) -> str:
    async with shop.world.program("*") as program:
        (payment,) = (await program.get("/v1/payments")).json()["data"]
    intent: str = payment["gateway_payment_intent_id"]
    return intent


async def test_who_agrees_there_has_paid_when_they_are_back(
    shop: Shop, elsewhere: Elsewhere, there: Buyer
) -> None:
    session = await checkout(shop)

    shown = await there.look(session)
    away = await there.pay(session, elsewhere.name)
    await elsewhere.counterpart.act(await intent_of(shop), agrees=True)
    back = await there.browser.get(f"{path_of(session)}?{BACK}")
    after = await there.follow(back)

    assert 'value="visa"' not in shown.text
    assert "Test mode" not in text_of(shown)
    assert away.status_code == 303
    assert not away.headers["location"].startswith(("/", "http://guilder.test"))
    assert "form-action 'self' https:" in shown.headers["content-security-policy"]
    assert back.headers["location"] == path_of(session)
    assert "Thank you" in text_of(after)
    assert (await shop.order_of(session)).order.total_minor == 2500


async def test_who_comes_back_without_an_answer_may_go_again_or_pay_otherwise(
    shop: Shop, there: Buyer, elsewhere: Elsewhere
) -> None:
    session = await checkout(shop)

    away = await there.pay(session, elsewhere.name)
    back = await there.browser.get(f"{path_of(session)}?{BACK}", follow_redirects=True)
    open_again = await there.follow(await there.press(session, "other_way"))

    assert "Your confirmation is missing" in text_of(back)
    assert away.headers["location"].replace("&", "&amp;") in back.text
    assert "Pay €25.00" in text_of(open_again)
    assert told_beside(open_again, "way") is None


async def test_who_finds_nobody_there_may_try_again_as_often_as_they_like(
    shop: Shop, there: Buyer, elsewhere: Elsewhere
) -> None:
    session = await checkout(shop)

    for _ in range(11):
        await elsewhere.counterpart.refuse_next()
        closed = await there.follow(await there.pay(session, elsewhere.name))
        assert "Please try again in a moment" in (told_beside(closed, "way") or "")

    away = await there.pay(session, elsewhere.name)
    assert not away.headers["location"].startswith(("/", "http://guilder.test"))


async def test_each_is_offered_for_what_it_takes(
    shop: Shop, there: Buyer, elsewhere: Elsewhere
) -> None:
    product = await shop.product(FINELY[elsewhere.name], currency="KWD")
    session = await shop.checkout(await shop.cart((product, 1)))

    shown = await there.look(session)

    assert "no way to take this payment" in text_of(shown)
    assert "Pay KWD" not in text_of(shown)
