"""Whatever a checkout has come to, its page says so."""

import re

import pytest

from guilder import identity
from guilder.checkout import NewPurchase, Outcome, Pending, Session
from guilder.checkout.purchases.purchases import purchase
from guilder.db import Tx
from tests.checkout.buying import over, soon
from tests.checkout.shop import Shop
from tests.storefront.pay.buyers import ADA, Buyer, path_of, text_of
from tests.storefront.pay.test_paying import checkout


async def test_a_page_of_nothing_is_a_friendly_one(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)
    head, claim, signature = session.token.split(".")

    for token in ("nothing", "a.b.c", f"{head}.{claim}.{signature[::-1]}", f"{head}.{claim}.x"):
        answer = await buyer.look(token)

        assert answer.status_code == 404
        assert "There is nothing to pay here" in text_of(answer)
        assert answer.headers["content-type"].startswith("text/html")


async def test_a_checkout_whose_time_is_over_says_so(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(
        shop, expires_at=await soon(shop), cancel_url="https://shop.example/cart"
    )
    shown = await buyer.look(session)
    await over(shop, {"expires_at": session.expires_at.isoformat()})

    answer = await buyer.look(session)
    paid = await buyer.send(session, shown, do="pay", way="visa", email="a@b.example", name="A")

    assert answer.status_code == 410
    assert "This checkout has ended" in text_of(answer)
    assert 'href="https://shop.example/cart"' in answer.text
    assert "This checkout has ended" in text_of(await buyer.follow(paid))


async def test_a_checkout_that_was_declined_too_often_is_closed(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)

    for _ in range(10):
        last = await buyer.pay(session, "declined")
    answer = await buyer.look(session)

    assert last.status_code in (402, 410)
    assert answer.status_code == 410
    assert "This checkout was closed" in text_of(answer)


async def test_a_payment_that_is_under_way_is_looked_at_again(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)
    shown = await buyer.look(session)
    outcome = await shop.world.do(lambda tx: begun(tx, shop, session))

    answer = await buyer.look(session)
    again = await buyer.send(session, shown, do="pay", way="visa", **ADA)

    assert isinstance(outcome, Pending)
    assert "Your payment is on its way" in text_of(answer)
    assert answer.headers["refresh"] == "3"
    assert "on its way" in text_of(await buyer.follow(again))


async def begun(tx: Tx, shop: Shop, session: Session) -> Outcome:
    """Somebody pays, and has not heard from the gateway yet."""
    new = NewPurchase(
        checkout_id=session.id, gateway="sandbox", payment_method="pm_card_timeoutAfterCharge"
    )
    (outcome,) = await purchase(tx, shop.world.system.numbers, [new])
    return outcome


@pytest.mark.parametrize("verb", ["suspend", "cancel"])
async def test_a_shop_that_is_closed_takes_no_payment(shop: Shop, buyer: Buyer, verb: str) -> None:
    session = await checkout(shop)
    shown = await buyer.look(session)
    await shop.world.do(getattr(identity, verb))

    answer = await buyer.look(session)
    paid = await buyer.send(session, shown, do="pay", way="visa", email="a@b.example", name="A")

    for page in (answer, paid):
        assert page.status_code == 403
        assert "takes no payments at the moment" in text_of(page)


async def test_what_was_paid_is_shown_by_a_suspended_shop_and_not_by_a_cancelled_one(
    shop: Shop, buyer: Buyer
) -> None:
    session = await checkout(shop)
    await buyer.pay(session)

    await shop.world.do(identity.suspend)
    suspended = await buyer.look(session)
    await shop.world.do(identity.cancel)
    cancelled = await buyer.look(session)

    assert "Thank you" in text_of(suspended)
    assert cancelled.status_code == 403


async def test_what_others_add_to_an_address_is_left_aside(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)

    answer = await buyer.browser.get(
        f"{path_of(session)}?utm_source=mail&token=EC-1&PayerID=2&a=1&a=2"
    )

    assert answer.status_code == 200


async def test_a_page_is_guarded(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)
    await shop.sells_by(brand_color="#ffee00")

    answer = await buyer.look(session)

    policy = answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert re.search(r"style-src 'self' 'sha256-[\w+/]{43}='", policy)
    assert "<script" not in answer.text
    assert "style=" not in answer.text


async def test_of_a_buyer_no_more_is_told_than_they_know_themselves(
    shop: Shop, buyer: Buyer
) -> None:
    session = await checkout(
        shop, email="ada.lovelace@example.com", name="Ada Lovelace", metadata={"secret": "unspoken"}
    )

    shown = await buyer.look(session)
    await buyer.press(session, "pay", way="visa")
    after = await buyer.look(session)

    for page in (shown, after):
        assert "ad…@example.com" in text_of(page)
        assert "ada.lovelace" not in page.text
        assert "Lovelace" not in page.text
        assert "unspoken" not in page.text
