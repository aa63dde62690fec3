"""PayPal's orders: approved by their buyers, closed for good, captured in parts, and disputed."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

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
from tests.payments.gateways.counterparts.paypal import PayPalCounterpart
from tests.payments.gateways.counterparts.paypal_server import shapes
from tests.payments.gateways.counterparts.paypal_server.faults import Fault
from tests.payments.gateways.shop import Shop, done, money

SEARCH = "/v1/reporting/transactions"
CARD = shapes.Source(card=shapes.CardSource(vault_id="card-good"))


@pytest.fixture
def shop(paypal: PayPalCounterpart) -> Shop:
    return Shop(paypal)


def order_of(shop: Shop, *, token: str | None, **further: object) -> Charge:
    return msgspec.structs.replace(shop.order(**further), token=token)


def with_intent(order: Charge, intent: str) -> Charge:
    return msgspec.structs.replace(order, intent=intent)


# Approved by the buyer


@pytest.mark.parametrize("is_captured", [True, False])
async def test_a_buyer_without_token_approves_at_paypal(
    paypal: PayPalCounterpart, shop: Shop, is_captured: bool
) -> None:
    order = order_of(shop, token=None, is_captured=is_captured)

    asked = await shop.gateway.charge(order)
    assert isinstance(asked, ActionNeeded)
    assert asked.url == f"{paypal.server.base}/checkoutnow?token={asked.intent}"
    order = with_intent(order, asked.intent)
    assert await shop.gateway.find(order) == asked
    await paypal.act(asked.intent, agrees=True)
    found = done(await shop.gateway.find(order))

    assert done(await shop.gateway.find(order)) == found
    assert found.instrument
    assert (found.instrument.type, found.instrument.country) == ("paypal", "NL")
    assert found.instrument.fingerprint == "QYR5Z8XDVJNXQ"
    assert (found.fee_minor == 70) is is_captured
    assert (found.expires_at is None) is is_captured


async def test_without_a_way_back_the_order_is_approved_all_the_same(shop: Shop) -> None:
    outcome = await shop.gateway.charge(order_of(shop, token=None, return_url=None))

    assert isinstance(outcome, ActionNeeded)


async def test_an_order_that_nobody_approved_in_time(paypal: PayPalCounterpart, shop: Shop) -> None:
    order = order_of(shop, token=None)
    asked = await shop.gateway.charge(order)
    assert isinstance(asked, ActionNeeded)
    del paypal.server.books.orders[asked.intent]

    outcome = await shop.gateway.find(with_intent(order, asked.intent))

    assert isinstance(outcome, Declined)
    assert outcome.code == "order_expired"


async def test_an_order_is_let_go_of_though_its_buyer_agrees_later(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    order = order_of(shop, token=None)
    asked = await shop.gateway.charge(order)
    assert isinstance(asked, ActionNeeded)
    void = Void(id=AttemptId(uuid4()), payment_id=order.payment_id, intent=asked.intent, held=None)
    assert await shop.gateway.find(void) is None

    for _ in range(2):
        assert isinstance(await shop.gateway.void(void), Done)
    await paypal.act(asked.intent, agrees=True)

    assert isinstance(await shop.gateway.find(void), Done)
    outcome = await shop.gateway.find(with_intent(order, asked.intent))
    assert isinstance(outcome, Declined)
    assert outcome.code == "canceled"
    with pytest.raises(Fault, match="ACTION_DOES_NOT_MATCH_INTENT"):
        paypal.server.orders.take(asked.intent, shapes.TakeOrder(), verb="capture")


async def test_nobody_is_there_to_act(shop: Shop) -> None:
    order = shop.order(token="needs_action", is_off_session=True)

    outcome = await shop.gateway.charge(order)

    assert isinstance(outcome, Declined)
    assert outcome.code == "authentication_required"


# Never taken later


async def test_an_order_that_was_declined_is_never_taken(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    outcome = await shop.gateway.charge(shop.order(token="declined"))
    assert isinstance(outcome, Declined)
    assert outcome.intent

    with pytest.raises(Fault, match="ACTION_DOES_NOT_MATCH_INTENT"):
        paypal.server.orders.take(
            outcome.intent, shapes.TakeOrder(payment_source=CARD), verb="capture"
        )


async def test_a_call_that_arrives_after_it_was_given_up_takes_nothing(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    order = shop.order()
    await paypal.lose_next_request()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.charge(order)
    late = paypal.server.requests[-1]

    assert await shop.gateway.find(order) is None

    reply = await paypal.server.handle(late)
    assert reply
    assert reply.status == 422
    assert await paypal.charges() == 0


async def test_an_order_that_is_given_after_it_was_given_up_takes_nothing(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    order = shop.order()
    assert await shop.gateway.find(order) is None

    outcome = await shop.gateway.charge(order)

    assert isinstance(outcome, Declined)
    assert outcome.code == "never_arrived"
    assert await shop.gateway.find(order) is None
    assert await paypal.charges() == 0


async def test_a_call_that_arrives_while_it_is_given_up_is_found(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    order = shop.order()
    await paypal.lose_next_request()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.charge(order)
    paypal.server.before = (
        "PATCH",
        lambda name: paypal.server.orders.take(
            name, shapes.TakeOrder(payment_source=CARD), verb="capture"
        ),
    )

    assert isinstance(await shop.gateway.find(order), Done)
    assert await paypal.charges() == 1


async def test_a_charge_is_found_after_paypal_forgot_its_request(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    orders = [shop.order(is_captured=is_captured) for is_captured in (True, False)]
    for order in orders:
        await paypal.lose_next_reply()
        with pytest.raises(OutcomeUnknown):
            await shop.gateway.charge(order)
    paypal.server.forget_request_ids()

    found = [done(await shop.gateway.find(order)) for order in orders]

    assert [done(await shop.gateway.find(with_intent(order, each.intent)))
            for order, each in zip(orders, found, strict=True)] == found  # fmt: skip
    assert await paypal.charges() == 2


async def test_an_old_order_given_again_is_done_once_though_paypal_forgot_it(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    order = msgspec.structs.replace(shop.order(), id=made_at(paypal.server.clock()))
    first = done(await shop.gateway.charge(order))
    assert searched(paypal) == 0
    paypal.server.forget_request_ids()
    paypal.server.clock.ahead = timedelta(hours=7)

    again = done(await shop.gateway.charge(order))

    assert again == first
    assert await paypal.charges() == 1


async def test_nothing_is_searched_for_while_paypal_remembers(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    fresh = msgspec.structs.replace(shop.order(), id=made_at(paypal.server.clock()))
    old = paypal.server.clock() - timedelta(hours=7)
    stale = msgspec.structs.replace(shop.order(), id=made_at(old))

    assert await shop.gateway.find(fresh) is None
    assert searched(paypal) == 0
    assert await shop.gateway.find(stale) is None
    assert searched(paypal) == 1


def made_at(when: datetime) -> AttemptId:
    """An id of version 7, as the database makes them."""
    milliseconds = int(when.timestamp() * 1000)
    return AttemptId(UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | 1))


def searched(paypal: PayPalCounterpart) -> int:
    return sum(each.path == SEARCH for each in paypal.server.requests)


async def test_a_capture_that_waits_is_under_way(paypal: PayPalCounterpart, shop: Shop) -> None:
    order = order_of(shop, token="card:card-late")

    outcome = await shop.gateway.charge(order)

    assert isinstance(outcome, Underway)
    assert await shop.gateway.find(order) == outcome
    assert await paypal.taken(outcome.intent) == (0, 0)


async def test_a_word_of_the_bank_that_we_never_heard(shop: Shop) -> None:
    outcome = await shop.gateway.charge(order_of(shop, token="card:card-unheard"))

    assert isinstance(outcome, Declined)
    assert outcome.code == "processor_9600"


# Parts


async def test_parts_are_captured_until_the_final_one(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    sale = await shop.holds("20.00 EUR")
    assert sale.done.expires_at
    assert sale.done.expires_at - paypal.server.clock() > timedelta(days=28)
    (held,) = paypal.server.books.order(sale.intent).authorizations

    first = await shop.captures(sale, "5.00 EUR", is_final=False)
    assert held.status == "PARTIALLY_CAPTURED"
    second = await shop.captures(sale, "7.00 EUR", is_final=True)
    assert held.status == "CAPTURED"

    assert (first.fee_minor, second.fee_minor) == (17, 24)
    refused = await shop.gateway.capture(sale.capture("1.00 EUR"))
    assert isinstance(refused, Declined)
    assert refused.code == "authorization_already_captured"


async def test_paypal_would_take_more_than_was_agreed_to(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    sale = await shop.holds("20.00 EUR")
    await shop.captures(sale, "15.00 EUR", is_final=False)

    refused = await shop.gateway.capture(sale.capture("5.01 EUR"))

    assert isinstance(refused, Declined)
    amount = shapes.Amount(currency_code="EUR", value="8.00")
    paypal.server.payments.capture(sale.done.reference, shapes.NewCapture(amount=amount))


async def test_what_was_let_go_of_in_the_dashboard_is_let_go_of(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    sale = await shop.holds()
    paypal.server.payments.void(sale.done.reference)

    assert isinstance(await shop.gateway.void(sale.void()), Done)
    refused = await shop.gateway.capture(sale.capture("1.00 EUR"))
    assert isinstance(refused, Declined)
    assert refused.code == "authorization_voided"


async def test_each_part_is_given_back_by_itself(paypal: PayPalCounterpart, shop: Shop) -> None:
    sale = await shop.holds("20.00 EUR")
    first = await shop.captures(sale, "5.00 EUR", is_final=False)
    second = await shop.captures(sale, "7.00 EUR", is_final=False)

    beyond = await shop.gateway.refund(sale.refund("5.01 EUR", first.reference))
    assert isinstance(beyond, Declined)
    assert beyond.code == "refund_amount_exceeded"
    for taken in (first, second):
        done(await shop.gateway.refund(sale.refund("5.00 EUR", taken.reference)))

    assert {each.amount for each in await shop.gateway.refunds_of(sale.intent)} == {
        money("5.00 EUR")
    }
    whole = await shop.gateway.refund(sale.refund("0.01 EUR", first.reference))
    assert isinstance(whole, Declined)
    assert whole.code == "capture_fully_refunded"
    assert await paypal.taken(sale.intent) == (1200, 1000)


# The vault


async def test_a_wallet_is_kept_by_its_kind(shop: Shop) -> None:
    token, customer, instrument = await shop.gateway.save("wallet-good", None)

    assert (token, customer, instrument.type) == ("paypal:wallet-good", "cust-wallet", "paypal")
    paid = done(await shop.gateway.charge(order_of(shop, token=token, is_off_session=True)))
    assert paid.instrument == instrument


async def test_a_card_is_kept_with_its_looks(shop: Shop) -> None:
    _, _, card = await shop.gateway.save("setup-good", "customer-7")

    assert (card.brand, card.last_four) == ("visa", "7704")
    assert (card.expiry_year, card.expiry_month) == (2032, 9)


async def test_a_token_that_the_vault_does_not_know_pays_nothing(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    for token in ("unknown", "card:unknown", "card:wallet-good"):
        outcome = await shop.gateway.charge(order_of(shop, token=token))
        assert isinstance(outcome, Declined)
    with pytest.raises(GatewayUnavailable):
        await shop.gateway.save("unknown", None)

    assert await paypal.charges() == 0
