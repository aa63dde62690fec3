"""What is PayPal's own: its tokens, its ways to fail, and its decimals."""

import asyncio
import socket

import pytest

from guilder.payments.gateways.gateway import (
    Declined,
    Done,
    GatewayUnavailable,
    OutcomeUnknown,
)
from tests.outbound.hosts import mute_host
from tests.payments.gateways.counterparts.paypal import PayPalCounterpart, open_counterpart
from tests.payments.gateways.counterparts.paypal_server.faults import Fault
from tests.payments.gateways.counterparts.paypal_server.server import CLIENT_SECRET
from tests.payments.gateways.counterparts.paypal_server.wire import Reply
from tests.payments.gateways.shop import Shop, done, money
from tests.world import DEADLINE_SECONDS

ORDERS = "/v2/checkout/orders"
TAKING = f"{ORDERS}/[^/]+/(capture|authorize)"


@pytest.fixture
def shop(paypal: PayPalCounterpart) -> Shop:
    return Shop(paypal)


# The token


async def test_one_token_serves_all(paypal: PayPalCounterpart, shop: Shop) -> None:
    await asyncio.gather(*(shop.pays() for _ in range(5)))

    assert paypal.server.granted == 1
    assert await paypal.charges() == 5


async def test_a_token_that_ends_is_renewed(paypal: PayPalCounterpart, shop: Shop) -> None:
    paypal.server.grants_for_seconds = 60

    sale = await shop.pays()
    before = paypal.server.granted
    await shop.gateway.refunds_of(sale.intent)

    assert paypal.server.granted == before + 1


async def test_a_token_that_is_no_longer_taken_is_renewed_once(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    await shop.pays()
    paypal.server.good_tokens.clear()

    await shop.pays()

    assert paypal.server.granted == 2
    assert await paypal.charges() == 2


async def test_a_token_that_is_never_taken_is_not_renewed_for_ever(
    paypal: PayPalCounterpart, shop: Shop
) -> None:
    for _ in range(2):
        paypal.answer_instead(ORDERS, Fault("INVALID_TOKEN", status=401).reply())

    with pytest.raises(GatewayUnavailable, match="401"):
        await shop.gateway.charge(shop.order())

    assert paypal.server.granted == 2


async def test_the_wrong_secret_opens_nothing_and_is_not_told(paypal: PayPalCounterpart) -> None:
    wrong = f"not-{CLIENT_SECRET}"
    gateway = paypal.adapter(client_secret=wrong)

    with pytest.raises(GatewayUnavailable) as refused:
        await gateway.charge(Shop(paypal).order())

    assert CLIENT_SECRET not in str(refused.value) + repr(refused.value) + repr(gateway)
    assert await paypal.charges() == 0


async def test_who_waits_for_a_token_waits_no_longer_than_his_turn(
    paypal: PayPalCounterpart,
) -> None:
    gateway, shop = paypal.adapter(timeout_seconds=0.3), Shop(paypal)
    paypal.server.silent_at = "/v1/oauth2/token"

    async with asyncio.timeout(3):
        outcomes = await asyncio.gather(
            *(gateway.charge(shop.order()) for _ in range(20)), return_exceptions=True
        )

    assert {type(each) for each in outcomes} == {GatewayUnavailable}


# What surely happened


async def test_nobody_there_means_that_nothing_happened(paypal: PayPalCounterpart) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    gateway = paypal.adapter(api_base=f"https://localhost:{port}")

    with pytest.raises(GatewayUnavailable):
        await gateway.charge(Shop(paypal).order())


async def test_who_never_greets_has_heard_nothing_and_is_hung_up_on(
    paypal: PayPalCounterpart,
) -> None:
    async with mute_host() as (port, hung_up):
        gateway = paypal.adapter(api_base=f"https://localhost:{port}", timeout_seconds=0.2)
        with pytest.raises(GatewayUnavailable):
            await gateway.charge(Shop(paypal).order())
        async with asyncio.timeout(DEADLINE_SECONDS):
            await hung_up.get()


async def test_nobody_there_any_more_means_that_nothing_happened() -> None:
    async with open_counterpart() as paypal:
        shop = Shop(paypal)
        await shop.pays()

    with pytest.raises(GatewayUnavailable):
        await shop.gateway.charge(shop.order())


async def test_a_stranger_gets_no_credentials(paypal: PayPalCounterpart) -> None:
    gateway = paypal.adapter(roots=None)

    with pytest.raises(GatewayUnavailable):
        await gateway.charge(Shop(paypal).order())

    assert paypal.server.requests == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Fault("INTERNAL_SERVICE_ERROR", status=500).reply(), OutcomeUnknown),
        (Reply(503), OutcomeUnknown),
        (Reply(409, {"name": "RESOURCE_CONFLICT"}), OutcomeUnknown),
        (Reply(201, b"<html>"), OutcomeUnknown),
        (Reply(302, b"", {"location": "https://elsewhere.example"}), OutcomeUnknown),
        (None, OutcomeUnknown),
        (Fault("PERMISSION_DENIED", status=403).reply(), GatewayUnavailable),
        (Fault("RATE_LIMIT_REACHED", status=429).reply(), GatewayUnavailable),
        (Fault("MALFORMED_REQUEST_JSON", status=400).reply(), GatewayUnavailable),
        (Fault("PAYEE_ACCOUNT_RESTRICTED").reply(), GatewayUnavailable),
    ],
)
async def test_an_answer_that_is_none_when_money_moves(
    paypal: PayPalCounterpart, shop: Shop, reply: Reply | None, error: type[Exception]
) -> None:
    sale = await shop.pays()
    paypal.answer_instead(TAKING, reply)
    paypal.answer_instead("/v2/payments/captures/[^/]+/refund", reply)

    with pytest.raises(error):
        await shop.pays()
    with pytest.raises(error):
        await shop.gateway.refund(sale.refund("1.00 EUR"))


@pytest.mark.parametrize("reply", [Reply(500), Reply(200, b"<html>"), None])
async def test_a_question_without_answer_leaves_nothing_in_doubt(
    paypal: PayPalCounterpart, shop: Shop, reply: Reply | None
) -> None:
    sale = await shop.pays()
    paypal.answer_instead(f"{ORDERS}/.*", reply)

    with pytest.raises(GatewayUnavailable):
        await shop.gateway.refunds_of(sale.intent)


@pytest.mark.parametrize("drips", [True, False])
async def test_an_answer_that_takes_too_long_is_unknown(
    paypal: PayPalCounterpart, drips: bool
) -> None:
    gateway = paypal.adapter(timeout_seconds=0.5)
    if drips:
        paypal.answer_instead(ORDERS, Reply(201, drips=True))
    else:
        paypal.server.silent_at = ORDERS

    async with asyncio.timeout(5):
        with pytest.raises(OutcomeUnknown):
            await gateway.charge(Shop(paypal).order())


# Amounts


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("12.50 EUR", "12.50"),
        ("0.01 USD", "0.01"),
        ("1250 JPY", "1250"),
        ("1250.00 HUF", "1250"),
        ("30.00 TWD", "30"),
    ],
)
async def test_an_amount_is_written_as_paypal_wants_it(
    paypal: PayPalCounterpart, shop: Shop, amount: str, written: str
) -> None:
    sale = await shop.holds(amount)
    captured = await shop.captures(sale, amount)

    order = paypal.server.books.order(sale.intent)
    assert order.unit.amount.value == written
    refunded = await shop.gateway.refund(sale.refund(amount, captured.reference))
    assert isinstance(refunded, Done)
    (found,) = await shop.gateway.refunds_of(sale.intent)
    assert found.amount == money(amount)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("12.50 HUF", "decimals_not_supported"),
        ("0.50 TWD", "decimals_not_supported"),
        ("1.000 KWD", "currency_not_supported"),
        ("1.0000000 XLM", "currency_not_supported"),
    ],
)
async def test_an_amount_that_paypal_does_not_take(
    paypal: PayPalCounterpart, shop: Shop, amount: str, code: str
) -> None:
    order = shop.order(amount)

    for outcome in (await shop.gateway.charge(order), await shop.gateway.find(order)):
        assert isinstance(outcome, Declined)
        assert outcome.code == code

    assert paypal.server.requests == []


# Orders


async def test_an_order_names_what_it_is_for(paypal: PayPalCounterpart, shop: Shop) -> None:
    sale = await shop.pays(statement_descriptor="P" * 30, description="d" * 200)

    unit = paypal.server.books.order(sale.intent).unit
    assert unit.custom_id == str(sale.order.id)
    assert unit.invoice_id == unit.reference_id == str(sale.order.payment_id)
    assert unit.soft_descriptor == "P" * 22
    assert unit.description == "d" * 127


async def test_every_post_bears_the_id_of_its_order(paypal: PayPalCounterpart, shop: Shop) -> None:
    held = await shop.holds()
    capture = held.capture("12.00 EUR", is_final=False)
    refund = held.refund("5.00 EUR", done(await shop.gateway.capture(capture)).reference)
    done(await shop.gateway.refund(refund))
    void = held.void()
    done(await shop.gateway.void(void))

    sent = [each.headers["paypal-request-id"] for each in orders_posted(paypal)]
    assert sent == [
        f"{held.order.id}:order",
        f"{held.order.id}:authorize",
        f"{capture.id}:capture",
        f"{refund.id}:refund",
        f"{void.id}:void",
    ]


def orders_posted(paypal: PayPalCounterpart):
    return [
        each
        for each in paypal.server.requests
        if each.method == "POST" and each.path.startswith("/v2/")
    ]
