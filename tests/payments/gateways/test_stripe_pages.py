"""Stripe's own page: for a buyer who has given nothing yet, and is there to be sent to it."""

from uuid import uuid4

import pytest
from msgspec.structs import replace

from guilder.payments.gateways.gateway import (
    ActionNeeded,
    AttemptId,
    Charge,
    Declined,
    Done,
    GatewayUnavailable,
    OutcomeUnknown,
    Underway,
    Void,
)
from tests.payments.gateways.counterparts.stripe import (
    WEBHOOK_SECRET,
    StripeCounterpart,
)
from tests.payments.gateways.counterparts.stripe_server import sessions
from tests.payments.gateways.counterparts.stripe_server.books import signed
from tests.payments.gateways.counterparts.stripe_server.refusals import Refused
from tests.payments.gateways.counterparts.stripe_server.server import no
from tests.payments.gateways.shop import RETURN_URL, Sale, Shop, done, waiting, with_intent


@pytest.fixture
def shop(stripe: StripeCounterpart) -> Shop:
    return Shop(stripe)


def order_of(shop: Shop, *, is_captured: bool = True) -> Charge:
    """Somebody buys, and has not said with what."""
    return replace(shop.order(is_captured=is_captured), token=None, description="Two tulips")


async def sent(shop: Shop, order: Charge) -> tuple[Charge, ActionNeeded]:
    """The order as it is known when its buyer was sent away."""
    outcome = waiting(await shop.gateway.charge(order))
    return with_intent(order, outcome.intent), outcome


@pytest.mark.parametrize("is_captured", [True, False])
async def test_who_pays_there_has_paid(
    shop: Shop, stripe: StripeCounterpart, is_captured: bool
) -> None:
    order, outcome = await sent(shop, order_of(shop, is_captured=is_captured))
    assert outcome.url.startswith("https://checkout.stripe.example/")
    assert await shop.gateway.find(order) == outcome
    assert await stripe.charges() == 0

    sessions.pay(stripe.books, outcome.intent, "pm_card_visa")
    paid = done(await shop.gateway.find(order))

    (intent,) = stripe.books.all("payment_intent")
    assert paid.intent == intent["id"]
    assert paid.instrument is not None
    assert paid.instrument.last_four == "4242"
    assert intent["metadata"]["guilder_payment"] == str(order.payment_id)
    assert await stripe.taken(paid.intent) == (2000 if is_captured else 0, 0)
    assert done(await shop.gateway.find(with_intent(order, paid.intent))) == paid


async def test_what_is_told_to_stripe(shop: Shop, stripe: StripeCounterpart) -> None:
    order, outcome = await sent(
        shop, replace(order_of(shop, is_captured=False), statement_descriptor="TULIPS")
    )

    session = stripe.books.get(outcome.intent, "checkout.session")
    assert session["amount_total"] == 2000
    assert session["currency"] == "eur"
    assert session["success_url"] == session["cancel_url"] == RETURN_URL
    assert session["client_reference_id"] == str(order.payment_id)
    sessions.pay(stripe.books, outcome.intent, "pm_card_visa")
    (intent,) = stripe.books.all("payment_intent")
    assert intent["description"] == "Two tulips"
    assert intent["statement_descriptor_suffix"] == "TULIPS"
    assert intent["capture_method"] == "manual"


@pytest.mark.parametrize("said", [None, " "])
async def test_what_nobody_has_named_can_be_bought(
    shop: Shop, stripe: StripeCounterpart, said: str | None
) -> None:
    await sent(shop, replace(order_of(shop), description=said))

    assert len(stripe.books.all("checkout.session")) == 1


async def test_what_was_held_there_is_taken_and_given_back(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order, outcome = await sent(shop, order_of(shop, is_captured=False))
    sessions.pay(stripe.books, outcome.intent, "pm_card_visa")
    held = done(await shop.gateway.find(order))
    sale = Sale(order, held)

    await shop.captures(sale, "20.00 EUR")
    assert await stripe.taken(held.intent) == (2000, 0)

    assert await shop.gateway.refunds_of(outcome.intent) == []
    await stripe.refund_in_dashboard(held.intent, 500)
    (report,) = await shop.gateway.refunds_of(outcome.intent)
    assert report.amount.minor == 500


async def test_who_is_declined_there_may_try_again(shop: Shop, stripe: StripeCounterpart) -> None:
    order, outcome = await sent(shop, order_of(shop))

    sessions.pay(stripe.books, outcome.intent, "pm_card_visa_chargeDeclined")
    assert await shop.gateway.find(order) == outcome
    assert await shop.gateway.refunds_of(outcome.intent) == []

    sessions.pay(stripe.books, outcome.intent, "pm_card_visa")
    assert isinstance(await shop.gateway.find(order), Done)
    assert await stripe.charges() == 1


async def test_what_takes_days_to_arrive_is_underway(shop: Shop, stripe: StripeCounterpart) -> None:
    order, outcome = await sent(shop, order_of(shop))
    sessions.pay(stripe.books, outcome.intent, "pm_card_visa")
    (intent,) = stripe.books.all("payment_intent")

    intent["status"] = "processing"
    found = await shop.gateway.find(order)
    assert found == Underway(intent=intent["id"])

    intent["status"] = "succeeded"
    assert isinstance(await shop.gateway.find(with_intent(order, intent["id"])), Done)


async def test_a_page_that_is_closed_takes_nothing(shop: Shop, stripe: StripeCounterpart) -> None:
    order, outcome = await sent(shop, order_of(shop))
    void = void_of(order, outcome)

    assert isinstance(await shop.gateway.void(void), Done)

    assert isinstance(await shop.gateway.find(void), Done)
    assert isinstance(await shop.gateway.find(order), Declined)
    with pytest.raises(Refused):
        sessions.pay(stripe.books, outcome.intent, "pm_card_visa")
    assert isinstance(await shop.gateway.void(void_of(order, outcome)), Done)


def void_of(order: Charge, outcome: ActionNeeded) -> Void:
    return Void(
        id=AttemptId(uuid4()), payment_id=order.payment_id, intent=outcome.intent, held=None
    )


async def test_what_was_declined_there_ends_with_the_page(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order, outcome = await sent(shop, order_of(shop))
    sessions.pay(stripe.books, outcome.intent, "pm_card_visa_chargeDeclined")
    void = void_of(order, outcome)

    assert isinstance(await shop.gateway.void(void), Done)

    assert isinstance(await shop.gateway.find(void), Done)
    assert not any(request.path.endswith("/cancel") for request in stripe.server.requests)


async def test_a_page_that_could_not_be_closed_is_closed_later(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order, outcome = await sent(shop, order_of(shop))
    session = stripe.books.get(outcome.intent, "checkout.session")
    stripe.server.before("/checkout/sessions/.+/expire", lambda: session.update(status="complete"))
    stripe.server.before("/checkout/sessions/[^/]+", lambda: session.update(status="open"))
    with pytest.raises(GatewayUnavailable):
        await shop.gateway.void(void_of(order, outcome))

    assert isinstance(await shop.gateway.void(void_of(order, outcome)), Done)

    assert session["status"] == "expired"


async def test_who_has_paid_meanwhile_is_not_let_go_of(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order, outcome = await sent(shop, order_of(shop))
    void = void_of(order, outcome)
    assert await shop.gateway.find(void) is None
    stripe.server.before(
        "/checkout/sessions/.+/expire",
        lambda: sessions.pay(stripe.books, outcome.intent, "pm_card_visa"),
    )

    assert isinstance(await shop.gateway.void(void), Declined)

    assert await shop.gateway.find(void) is None
    assert isinstance(await shop.gateway.find(order), Done)


async def test_what_was_held_meanwhile_is_let_go_of(shop: Shop, stripe: StripeCounterpart) -> None:
    order, outcome = await sent(shop, order_of(shop, is_captured=False))
    sessions.pay(stripe.books, outcome.intent, "pm_card_visa")
    void = void_of(order, outcome)

    assert isinstance(await shop.gateway.void(void), Done)

    assert isinstance(await shop.gateway.find(void), Done)
    (intent,) = stripe.books.all("payment_intent")
    assert intent["status"] == "canceled"


async def test_a_page_that_cannot_be_closed_may_still_be_paid_on(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order, outcome = await sent(shop, order_of(shop))
    stripe.server.before("/checkout/sessions/.+/expire", no(Refused("Busy.", status=429)))

    with pytest.raises(Exception, match="asked too often"):
        await shop.gateway.void(void_of(order, outcome))

    assert await shop.gateway.find(order) == outcome


async def test_a_page_whose_address_was_lost_is_the_same_page(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order = order_of(shop)
    _, outcome = await sent(shop, order)

    assert await shop.gateway.find(order) == outcome
    assert waiting(await shop.gateway.charge(order)) == outcome
    assert len(stripe.books.all("checkout.session")) == 1


@pytest.mark.parametrize("is_known", [True, False])
async def test_who_is_sent_again_is_not_sent_to_a_page_that_is_over(
    shop: Shop, stripe: StripeCounterpart, is_known: bool
) -> None:
    order = order_of(shop)
    known, outcome = await sent(shop, order)
    again = known if is_known else order
    sessions.expire(stripe.books, outcome.intent, {})

    assert isinstance(await shop.gateway.charge(again), Declined)


async def test_who_has_paid_is_sent_nowhere_again(shop: Shop, stripe: StripeCounterpart) -> None:
    order, outcome = await sent(shop, order_of(shop))
    sessions.pay(stripe.books, outcome.intent, "pm_card_visa")
    (intent,) = stripe.books.all("payment_intent")
    intent["status"] = "processing"
    stripe.server.forget_keys()

    assert await shop.gateway.charge(order) == Underway(intent=intent["id"])
    known = with_intent(order, intent["id"])
    assert await shop.gateway.charge(known) == Underway(intent=intent["id"])
    assert len(stripe.books.all("checkout.session")) == 1


async def test_a_charge_that_never_arrived_never_will(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    assert await shop.gateway.find(order_of(shop)) is None

    (session,) = stripe.books.all("checkout.session")
    assert session["status"] == "expired"


async def test_a_day_later_what_was_paid_is_found_by_its_mark(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order = order_of(shop)
    _, outcome = await sent(shop, order)
    sessions.pay(stripe.books, outcome.intent, "pm_card_visa")
    stripe.server.forget_keys()

    assert isinstance(await shop.gateway.find(order), Done)

    statuses = {each["status"] for each in stripe.books.all("checkout.session")}
    assert statuses == {"complete", "expired"}


async def test_when_stripe_cannot_be_asked_nobody_knows(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order, _ = await sent(shop, order_of(shop))
    await stripe.refuse_next()

    with pytest.raises(OutcomeUnknown):
        await shop.gateway.find(order)


async def test_too_little_for_stripe_is_declined(shop: Shop, stripe: StripeCounterpart) -> None:
    too_little = Refused("It must be at least 50 cents.", code="amount_too_small")
    for asked in (shop.gateway.charge, shop.gateway.find):
        stripe.server.before("/checkout/sessions", no(too_little))
        outcome = await asked(order_of(shop))
        assert isinstance(outcome, Declined)
        assert outcome.code == "amount_too_small"


async def test_its_notices_name_the_page(shop: Shop, stripe: StripeCounterpart) -> None:
    _, outcome = await sent(shop, order_of(shop))
    sessions.pay(stripe.books, outcome.intent, "pm_card_visa")
    *_, (at, event) = stripe.books.events

    notice = await shop.gateway.read_notice(*signed(event, WEBHOOK_SECRET, at))

    assert (notice.type, notice.intent) == ("checkout.session.completed", outcome.intent)


@pytest.mark.parametrize("without", [{"return_url": None}, {"is_off_session": True}])
async def test_nobody_is_sent_who_cannot_come_back(
    shop: Shop, stripe: StripeCounterpart, without: dict[str, object]
) -> None:
    order = replace(order_of(shop), **without)
    outcome = await shop.gateway.charge(order)

    assert isinstance(outcome, Declined)
    assert await shop.gateway.find(order) is None
    assert outcome.code == "payment_method_missing"
    assert stripe.server.requests == []
