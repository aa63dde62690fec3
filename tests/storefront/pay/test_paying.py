"""A buyer pays at the page: by a card, by one that their bank asks about, and not twice."""

import asyncio

import pytest

from guilder.checkout import Session
from tests.checkout.shop import Shop
from tests.storefront.pay.buyers import ADA, Buyer, path_of, text_of, told_beside


async def checkout(shop: Shop, **further: object) -> Session:
    product = await shop.product("12.50", name="Tulip vase", stock=5)
    return await shop.checkout(await shop.cart((product, 2)), **further)


async def test_a_card_pays_and_the_page_says_thank_you(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop, success_url="https://shop.example/thanks")

    shown = await buyer.look(session)
    answer = await buyer.pay(session)
    after = await buyer.follow(answer)

    assert shown.status_code == 200
    assert "Pay €25.00" in text_of(shown)
    assert answer.headers["location"] == path_of(session)
    order = (await shop.order_of(session)).order
    assert f"Order number {order.number}" in text_of(after)
    assert "Visa •••• 4242" in text_of(after)
    assert 'href="https://shop.example/thanks"' in after.text
    assert order.buyer is not None
    assert (order.buyer.email, order.buyer.name) == (ADA["email"], ADA["name"])


async def test_two_clicks_at_once_pay_once(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)
    shown = await buyer.look(session)

    answers = await asyncio.gather(
        *(buyer.send(session, shown, do="pay", way="visa", **ADA) for _ in range(4))
    )

    assert {answer.headers.get("location") for answer in answers} == {path_of(session)}
    async with shop.world.program("*") as program:
        payments = (await program.get("/v1/payments")).json()["data"]
        orders = (await program.get("/v1/orders")).json()["data"]
    assert (len(payments), len(orders)) == (1, 1)
    assert "Thank you" in text_of(await buyer.look(session))


async def test_the_back_button_and_another_tab_pay_nothing_again(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)
    first, second = await buyer.look(session), await buyer.look(session)

    await buyer.send(session, first, do="pay", way="visa", **ADA)
    again = await buyer.send(session, second, do="pay", way="visa", **ADA)

    assert "Thank you" in text_of(await buyer.follow(again))
    assert (await shop.payment(await shop.order_of(session))).captured_minor == 2500


async def test_the_bank_asks_and_the_buyer_comes_back(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)

    at_bank = await buyer.pay(session, "secure")
    meanwhile = await buyer.look(session)
    agreed = await buyer.browser.post(f"{at_bank.headers['location']}/agreements")
    after = await buyer.follow(agreed)

    assert "/sandbox/authentication/" in at_bank.headers["location"]
    assert "Your confirmation is missing" in text_of(meanwhile)
    assert at_bank.headers["location"] in meanwhile.text
    assert agreed.headers["location"].startswith(f"http://guilder.test{path_of(session)}")
    assert "Thank you" in text_of(after)
    assert (await shop.order_of(session)).order.total_minor == 2500


async def test_who_refuses_at_the_bank_may_pay_in_another_way(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)

    at_bank = await buyer.pay(session, "secure")
    refused = await buyer.browser.post(f"{at_bank.headers['location']}/refusals")
    after = await buyer.follow(refused)
    paid = await buyer.pay(session)

    assert after.status_code == 200
    assert told_beside(after, "way") == (
        "The payment was not confirmed at your bank. Please try again."
    )
    assert "Thank you" in text_of(await buyer.follow(paid))


async def test_who_does_not_go_on_at_the_bank_may_pay_in_another_way(
    shop: Shop, buyer: Buyer
) -> None:
    session = await checkout(shop)
    await buyer.pay(session, "secure")

    again = await buyer.follow(await buyer.press(session, "other_way"))
    paid = await buyer.pay(session)

    assert "Pay €25.00" in text_of(again)
    assert "Thank you" in text_of(await buyer.follow(paid))
    assert (await shop.payment(await shop.order_of(session))).captured_minor == 2500


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("declined", "The payment was declined. Please try another way to pay."),
        ("funds", "There is not enough money on the card. Please try another."),
    ],
)
async def test_a_decline_is_told_beside_the_way_and_nothing_typed_is_lost(
    shop: Shop, buyer: Buyer, way: str, told: str
) -> None:
    session = await checkout(shop)

    answer = await buyer.pay(session, way)
    later = await buyer.look(session)
    mended = await buyer.pay(session, email="countess@example.com")

    assert answer.status_code == 402
    assert told_beside(answer, "way") == told == told_beside(later, "way")
    assert 'role="alert"' in answer.text
    for page in (answer, later):
        assert f'value="{ADA["email"]}"' in page.text
    assert mended.status_code == 303
    order = (await shop.order_of(session)).order
    assert order.buyer is not None
    assert order.buyer.email == "countess@example.com"


async def test_what_is_free_needs_no_way_to_pay(shop: Shop, buyer: Buyer) -> None:
    product = await shop.product("0.00")
    session = await shop.checkout(await shop.cart((product, 1)))

    shown = await buyer.look(session)
    paid = await buyer.press(session, "pay", **ADA)

    assert "Place order" in text_of(shown)
    assert 'name="way"' not in shown.text
    assert "Thank you" in text_of(await buyer.follow(paid))


async def test_what_is_wrong_stands_beside_its_field_and_on_top(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)

    answer = await buyer.press(session, "pay", email="<ada", name=" ", way="gold")

    assert answer.status_code == 422
    assert told_beside(answer, "email") == "Enter an e-mail address, like name@example.com."
    assert told_beside(answer, "name") == "Enter your name."
    assert told_beside(answer, "way") is not None
    assert '<a href="#email">' in answer.text
    assert 'value="&lt;ada"' in answer.text


async def test_a_way_that_is_not_offered_is_refused(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)

    answer = await buyer.pay(session, "paypal")

    assert answer.status_code == 422
    assert "Thank you" not in text_of(await buyer.look(session))


async def test_a_card_number_is_refused_before_anybody_reads_it(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)

    answer = await buyer.pay(session, name="4242 4242 4242 4242")

    assert answer.status_code == 422
    assert answer.json()["code"] == "card_number_refused"
    assert "4242 4242" not in answer.text


async def test_a_form_of_another_site_pays_nothing(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)

    answer = await buyer.browser.post(path_of(session), data=ADA | {"do": "pay", "way": "visa"})

    assert answer.status_code == 403
    assert "open for too long" in text_of(answer)
    assert "Thank you" not in text_of(await buyer.look(session))
