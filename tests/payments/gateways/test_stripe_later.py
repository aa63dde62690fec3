"""Stripe's adapter a day later, in races, without the buyer, and with kept instruments."""

import pytest

from guilder.payments.gateways.gateway import (
    ActionNeeded,
    Declined,
    Done,
    GatewayUnavailable,
    OutcomeUnknown,
    Underway,
    Void,
)
from tests.payments.gateways.counterparts.stripe import StripeCounterpart
from tests.payments.gateways.counterparts.stripe_server import intents
from tests.payments.gateways.shop import RETURN_URL, Shop, done, waiting, with_intent

CONFIRM = "/payment_intents/.+/confirm"


@pytest.fixture
def shop(stripe: StripeCounterpart) -> Shop:
    return Shop(stripe)


# A day later, and races


async def test_a_day_later_all_is_found_by_its_mark(shop: Shop, stripe: StripeCounterpart) -> None:
    sale = await shop.holds()
    capture = sale.capture("5.00 EUR", is_final=False)
    refund = sale.refund("1.00 EUR")
    void = sale.void()
    captured = done(await shop.gateway.capture(capture))
    refunded = done(await shop.gateway.refund(refund))
    done(await shop.gateway.void(void))

    stripe.server.forget_keys()

    assert done(await shop.gateway.find(sale.order)).intent == sale.intent
    assert done(await shop.gateway.find(capture)).reference == captured.reference
    assert done(await shop.gateway.find(refund)).reference == refunded.reference
    assert done(await shop.gateway.find(void)).intent == sale.intent
    assert await stripe.charges() == 1
    left = {each["status"] for each in stripe.books.all("payment_intent")}
    assert left == {"succeeded", "canceled"}, "the intent of the question is given up"


async def test_within_a_day_the_key_is_enough(shop: Shop, stripe: StripeCounterpart) -> None:
    sale = await shop.pays()

    assert done(await shop.gateway.find(sale.order)).intent == sale.intent

    assert not [each for each in stripe.server.requests if each.path.endswith("/search")]


async def test_a_final_capture_repeated_a_day_later_was_done(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    sale = await shop.holds()
    capture = sale.capture("5.00 EUR")
    captured = done(await shop.gateway.capture(capture))

    stripe.server.forget_keys()

    assert done(await shop.gateway.capture(capture)).reference == captured.reference
    assert await stripe.taken(sale.intent) == (500, 0)


async def test_who_asks_while_it_is_confirmed_hears_that_it_was_done(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order = shop.order()
    await stripe.lose_next_request()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.charge(order)
    (intent,) = stripe.books.all("payment_intent")
    stripe.server.before(
        "/payment_intents/.+/cancel", lambda: intents.charge(stripe.books, intent) and None
    )

    assert done(await shop.gateway.find(order)).intent == intent["id"]

    assert await stripe.charges() == 1


async def test_a_charge_that_was_given_up_meanwhile_is_declined(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order = shop.order()

    def given_up() -> None:
        (intent,) = stripe.books.all("payment_intent")
        intents.cancel(stripe.books, intent["id"], {"cancellation_reason": "abandoned"})

    stripe.server.before(CONFIRM, given_up)

    outcome = await shop.gateway.charge(order)

    assert isinstance(outcome, Declined)
    assert outcome.code == "canceled"
    assert await shop.gateway.find(order) is None


async def test_an_intent_that_lost_its_instrument_is_given_up(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order = shop.order()
    await stripe.lose_next_request()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.charge(order)
    (intent,) = stripe.books.all("payment_intent")
    intent |= {"status": "requires_payment_method", "payment_method": None}

    assert await shop.gateway.find(order) is None

    assert intent["status"] == "canceled"


async def test_a_waiting_charge_that_was_let_go_of_was_declined(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order = shop.order(token="needs_action")
    outcome = waiting(await shop.gateway.charge(order))

    await stripe.gateway.void(
        Void(id=order.id, payment_id=order.payment_id, intent=outcome.intent, held=None)
    )

    found = await shop.gateway.find(order)
    assert isinstance(found, Declined)
    assert found.code == "canceled"


# Without the buyer


async def test_stripe_is_told_that_the_buyer_is_not_there(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    await shop.pays(is_off_session=True)
    await shop.pays()

    forms = [each.form for each in stripe.server.requests if each.path.endswith("/confirm")]
    assert [form.get("off_session") for form in forms] == ["true", None]
    assert [form.get("return_url") for form in forms] == [None, RETURN_URL]


@pytest.mark.parametrize("further", [{"is_off_session": True}, {"return_url": None}])
async def test_a_bank_that_asks_a_buyer_who_is_not_there(
    shop: Shop, stripe: StripeCounterpart, further: dict[str, object]
) -> None:
    order = shop.order(token="needs_action", **further)

    outcome = await shop.gateway.charge(order)

    assert isinstance(outcome, Declined)
    assert outcome.code == "authentication_required"
    assert not isinstance(await shop.gateway.find(order), Done | ActionNeeded)
    (intent,) = stripe.books.all("payment_intent")
    assert intent["status"] in ("requires_payment_method", "canceled")


async def test_what_stripe_is_still_at(shop: Shop, stripe: StripeCounterpart) -> None:
    outcome = waiting(await shop.gateway.charge(shop.order(token="needs_action")))
    stripe.books.things[outcome.intent]["status"] = "processing"

    found = await shop.gateway.find(with_intent(shop.order(), outcome.intent))

    assert found == Underway(intent=outcome.intent)


async def test_an_account_that_may_capture_once(stripe: StripeCounterpart) -> None:
    shop = Shop(stripe)
    shop.gateway = stripe.adapter(has_several_captures=False)
    sale = await shop.holds()

    part = await shop.gateway.capture(sale.capture("5.00 EUR", is_final=False))

    assert isinstance(part, Declined)
    assert await stripe.taken(sale.intent) == (0, 0)
    await shop.captures(sale, "5.00 EUR")
    assert await stripe.taken(sale.intent) == (500, 0)
    assert not any(
        "multicapture" in name for each in stripe.server.requests for name, _ in each.pairs
    )
    await shop.gateway.close()


# Kept instruments


async def test_keeping_is_tried_again_without_harm(shop: Shop, stripe: StripeCounterpart) -> None:
    token, customer, _ = await shop.gateway.save("pm_card_visa", None)

    again = await shop.gateway.save(token, None)

    assert again[:2] == (token, customer)
    assert len(stripe.books.all("customer")) == 1


async def test_the_instrument_of_another_is_not_kept(shop: Shop) -> None:
    token, _, _ = await shop.gateway.save("pm_card_visa", None)
    _, other, _ = await shop.gateway.save("pm_card_visa", None)

    with pytest.raises(GatewayUnavailable, match="another customer"):
        await shop.gateway.save(token, other)


async def test_forgotten_again_a_day_later(shop: Shop, stripe: StripeCounterpart) -> None:
    token, _, _ = await shop.gateway.save("pm_card_visa", None)
    await shop.gateway.forget(token)

    stripe.server.forget_keys()

    await shop.gateway.forget(token)
