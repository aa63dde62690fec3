"""What a buyer changes at the page makes another checkout of the same cart."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest

from guilder.checkout import Session, SessionStatus, session_of_link
from guilder.identity import Brake, KeyMode, create_api_key, require_pace
from guilder.identity.brakes import PACES
from tests.checkout.buying import good
from tests.checkout.shop import Shop
from tests.http.doors import calling
from tests.storefront.pay.buyers import ADA, HOME, Buyer, text_of, token_in, told_beside
from tests.storefront.pay.test_paying import checkout


async def promotion(api: httpx.AsyncClient, **further: Any) -> None:
    wanted = {"name": "Spring", "code": "SPRING", "percentage": "20"} | further
    good(await api.post("/v1/promotions", json=wanted))


async def session_at(shop: Shop, token: str) -> Session:
    """The checkout of a token, by the API."""
    return await shop.world.do(lambda tx: session_of_link(tx, token))


async def test_a_code_makes_a_new_checkout_and_the_old_page_leads_there(
    shop: Shop, buyer: Buyer, api: httpx.AsyncClient
) -> None:
    await promotion(api)
    old = await checkout(shop, metadata={"ref": "7"}, success_url="https://shop.example/thanks")

    answer = await buyer.press(old, "code", code=" spring ")
    new = await session_at(shop, token_in(answer))
    shown = await buyer.look(old)
    paid = await buyer.pay(new)

    assert new.id != old.id
    assert (new.cart_id, new.metadata) == (old.cart_id, old.metadata)
    assert new.expires_at == old.expires_at
    assert (await session_at(shop, old.token)).status is SessionStatus.EXPIRED
    assert "Pay €20.00" in text_of(shown)
    assert "SPRING" in text_of(shown)
    assert "Thank you" in text_of(await buyer.follow(paid))
    assert (await shop.order_of(new)).order.total_minor == 2000


async def test_a_code_is_taken_away_again(shop: Shop, buyer: Buyer, api: httpx.AsyncClient) -> None:
    await promotion(api, max_uses=1)
    old = await checkout(shop)

    with_code = token_in(await buyer.press(old, "code", code="SPRING"))
    without = token_in(await buyer.press(with_code, "uncode", code="SPRING"))
    shown = await buyer.look(with_code)
    again = token_in(await buyer.press(without, "code", code="SPRING"))

    assert "Pay €25.00" in text_of(shown)
    assert "Pay €20.00" in text_of(await buyer.look(again))


@pytest.mark.parametrize(
    ("further", "told"),
    [
        ({"code": "OTHER"}, "There is no such code."),
        ({"minimum": 9900, "currency": "EUR"}, "Your order is too small for this code."),
        ({"ends_at": "2001-01-01T00:00:00Z", "starts_at": "2000-01-01T00:00:00Z"}, None),
        ({"max_uses_per_customer": 1}, "This code is limited for each customer."),
    ],
)
async def test_why_a_code_is_not_taken_stands_beside_it(
    shop: Shop,
    buyer: Buyer,
    *,
    api: httpx.AsyncClient,
    further: dict[str, Any],
    told: str | None,
) -> None:
    await promotion(api, **further)
    session = await checkout(shop)

    answer = await buyer.press(session, "code", code="SPRING")

    assert answer.status_code == 422
    assert (told or "This code is not valid any more.") in str(told_beside(answer, "whole-code"))
    assert (await session_at(shop, session.token)).status is SessionStatus.OPEN


async def test_a_code_per_customer_is_taken_with_an_e_mail(
    shop: Shop, buyer: Buyer, api: httpx.AsyncClient
) -> None:
    await promotion(api, max_uses_per_customer=1)
    session = await checkout(shop)

    refused = await buyer.press(session, "code", code="SPRING")
    taken = await buyer.press(session, "code", code="SPRING", email=ADA["email"])

    assert 'id="whole-code-email"' in refused.text
    new = await session_at(shop, token_in(taken))
    assert new.buyer is not None
    assert new.buyer.email == ADA["email"]


async def prolonged(shop: Shop, session: Session) -> None:
    """Whoever has to wait by now has to wait longer than a slow machine takes."""
    await shop.owner.execute(
        """
        update identity.brake set open_at = open_at + interval '1 hour'
        where kind = 'code' and key_hash = sha256(convert_to($1, 'UTF8')) and attempts > $2
        """,
        str(session.cart_id),
        PACES[Brake.CODE].free,
    )


async def test_who_guesses_codes_has_to_wait_and_pays_meanwhile(
    shop: Shop, buyer: Buyer, api: httpx.AsyncClient
) -> None:
    await promotion(api)
    session, other = await checkout(shop), await checkout(shop)
    free = PACES[Brake.CODE].free

    for attempt in range(free + 1):
        guessed = await buyer.press(session, "code", code=f"GUESS{attempt}")
        assert told_beside(guessed, "whole-code") == "There is no such code."
    await prolonged(shop, session)
    braked = await buyer.press(session, "code", code="SPRING")

    assert braked.status_code == 429
    assert "too many codes" in str(told_beside(braked, "whole-code"))
    assert (await buyer.press(other, "code", code="SPRING")).status_code == 303
    assert "Thank you" in text_of(await buyer.follow(await buyer.pay(session)))


async def test_who_guesses_from_one_place_has_to_wait_whatever_they_pay(
    shop: Shop, buyer: Buyer, api: httpx.AsyncClient
) -> None:
    await promotion(api)
    session = await checkout(shop)
    place = f"{shop.world.tenant_id} 127.0.0.1"
    for _ in range(PACES[Brake.CODE_PLACE].free + 1):
        await require_pace(shop.world.pool, Brake.CODE_PLACE, place)
    changed = await shop.owner.execute(
        """
        update identity.brake set open_at = open_at + interval '1 hour'
        where kind = 'code_place' and key_hash = sha256(convert_to($1, 'UTF8'))
        """,
        place,
    )

    braked = await buyer.press(session, "code", code="SPRING")

    assert changed == "UPDATE 1"
    assert braked.status_code == 429
    assert "too many codes" in str(told_beside(braked, "whole-code"))


async def test_guesses_are_counted_on_when_another_code_was_right(
    shop: Shop, buyer: Buyer, api: httpx.AsyncClient
) -> None:
    await promotion(api)
    session = await checkout(shop)
    token = session.token

    for attempt in range(PACES[Brake.CODE].free + 1):
        if attempt == 3:
            token = token_in(await buyer.press(token, "code", code="SPRING"))
        await buyer.press(token, "code", code=f"GUESS{attempt}")
    await prolonged(shop, session)
    braked = await buyer.press(token, "code", code="OTHER")

    assert braked.status_code == 429


async def test_a_code_and_a_payment_at_once_make_one_order(
    shop: Shop, buyer: Buyer, api: httpx.AsyncClient
) -> None:
    await promotion(api)
    session = await checkout(shop)
    shown = await buyer.look(session)

    answers = await asyncio.gather(
        buyer.send(session, shown, do="pay", way="visa", **ADA),
        *(buyer.send(session, shown, do="code", code="SPRING") for _ in range(3)),
    )

    assert all(answer.status_code in (303, 410) for answer in answers)
    orders = good(await api.get("/v1/orders"), 200)["data"]
    payments = good(await api.get("/v1/payments"), 200)["data"]
    assert len(orders) == len(payments) <= 1


async def test_what_is_not_sold_any_more_is_told_on_the_page(
    shop: Shop, buyer: Buyer, api: httpx.AsyncClient
) -> None:
    """The checkout stands as it was handed over; another of the same cart there cannot be."""
    await promotion(api)
    product = await shop.product("12.50")
    session = await shop.checkout(await shop.cart((product, 2)))
    variant = good(await api.get(f"/v1/variants/{product.variant_id}"), 200)
    good(await api.patch(f"/v1/products/{variant['product_id']}", json={"active": False}), 200)

    answer = await buyer.press(session, "code", code="SPRING")
    paid = await buyer.pay(session)

    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert "Thank you" in text_of(await buyer.follow(paid))


async def test_a_code_does_not_make_a_test_a_sale(
    shop: Shop, buyer: Buyer, api: httpx.AsyncClient
) -> None:
    await promotion(api)
    account = {
        "settings": {"client_id": "c" * 20, "webhook_id": "w" * 10},
        "secrets": {"client_secret": "s" * 20},
    }
    good(await api.put("/v1/gateways/paypal", json=account), 200)
    product = await shop.product("12.50")
    key = await shop.world.do(
        lambda tx: create_api_key(
            tx, shop.world.operator, name="Test", scopes=["*"], mode=KeyMode.TEST
        )
    )
    async with calling(shop.world.system.door(), shop.world, secret=key.secret) as program:
        cart = await shop.cart((product, 1))
        made = good(await program.post("/v1/checkouts", json={"cart_id": str(cart.id)}))
    live = await checkout(shop)

    renewed = token_in(await buyer.press(made["token"], "code", code="SPRING"))
    test, real = await buyer.look(renewed), await buyer.look(live)

    assert 'value="visa"' in test.text
    assert "Test mode" in text_of(test)
    assert "paypal" not in test.text
    assert 'value="paypal"' in real.text
    assert 'value="visa"' not in real.text


async def shipped(shop: Shop, **further: Any) -> Session:
    """A checkout of something that is sent, to where nobody has said."""
    await shop.sells_by(seller_country="NL")
    await shop.tax("21")
    await shop.tax("19", country="DE")
    way = await shop.shipping(countries=["NL", "DE"])
    product = await shop.product("100.00", name="Tulip vase")
    cart = await shop.cart((product, 1), shipping_option_id=way.id)
    return await shop.checkout(cart, **further)


async def test_where_it_goes_to_is_asked_where_something_is_sent(shop: Shop, buyer: Buyer) -> None:
    session = await shipped(shop)

    shown = await buyer.look(session)
    refused = await buyer.pay(session)
    paid = await buyer.pay(session, **HOME)

    assert 'id="line1"' in shown.text
    assert '<option value="NL" selected>Netherlands</option>' in shown.text
    assert told_beside(refused, "line1") == "Enter street and number."
    assert "Thank you" in text_of(await buyer.follow(paid))
    order = (await shop.order_of(session)).order
    assert order.buyer is not None
    assert order.buyer.shipping_address is not None
    assert order.buyer.shipping_address.line1 == HOME["line1"]


async def test_an_address_decides_the_taxes_and_the_same_total_is_paid_at_once(
    shop: Shop, buyer: Buyer
) -> None:
    session = await shipped(shop)
    abroad = HOME | {"city": "Berlin", "country": "DE"}

    within = await buyer.pay(session, **abroad)
    new = await session_at(shop, token_in(within))

    assert "Thank you" in text_of(await buyer.follow(within))
    whole = await shop.order_of(new)
    assert whole.order.total_minor == 10500
    assert {one.percentage for one in whole.order.taxes} == {Decimal(19)}


async def test_an_address_to_which_nothing_is_sent_is_refused(shop: Shop, buyer: Buyer) -> None:
    await shop.tax("10", country="BE", is_inclusive=False)
    session = await shipped(shop)
    await shop.shipping(countries=["BE"], name="Bus")
    abroad = HOME | {"city": "Gent", "country": "BE"}

    nowhere = await buyer.pay(session, **abroad)

    assert told_beside(nowhere, "country") == (
        "Nothing is sent there. Please choose another address."
    )
    assert (await session_at(shop, session.token)).status is SessionStatus.OPEN


async def test_another_total_is_seen_before_it_is_paid(shop: Shop, buyer: Buyer) -> None:
    await shop.sells_by(seller_country="NL")
    await shop.tax("10", country="DE", is_inclusive=False)
    way = await shop.shipping("0.00")
    product = await shop.product("100.00")
    session = await shop.checkout(await shop.cart((product, 1), shipping_option_id=way.id))

    answer = await buyer.pay(session, **HOME | {"city": "Berlin", "country": "DE"})
    shown = await buyer.follow(answer)
    paid = await buyer.press(token_in(answer), "pay", way="visa")

    assert "The total is different now" in text_of(shown)
    assert "Pay €110.00" in text_of(shown)
    assert "Berlin, Germany" in text_of(shown)
    assert "Thank you" in text_of(await buyer.follow(paid))
