"""Stripe's adapter, where the suite for all gateways does not look: keys, failures, and secrets."""

import asyncio
import json
import socket
import subprocess
import sys
from contextlib import suppress

import msgspec
import pytest

from guilder.payments.gateways.gateway import (
    Declined,
    Done,
    GatewayUnavailable,
    OutcomeUnknown,
)
from guilder.payments.gateways.stripe import API_VERSION
from tests.house import ROOT
from tests.outbound.hosts import mute_host
from tests.payments.gateways.counterparts.stripe import (
    SECRET_KEY,
    StripeCounterpart,
)
from tests.payments.gateways.counterparts.stripe_server import intents
from tests.payments.gateways.counterparts.stripe_server.refusals import Refused
from tests.payments.gateways.counterparts.stripe_server.server import no
from tests.payments.gateways.counterparts.stripe_server.wire import Torn
from tests.payments.gateways.shop import Shop, done
from tests.world import DEADLINE_SECONDS

CREATE = "/payment_intents"
CONFIRM = "/payment_intents/.+/confirm"
BROKEN = Refused("Something went wrong.", status=500, type="api_error")


@pytest.fixture
def shop(stripe: StripeCounterpart) -> Shop:
    return Shop(stripe)


def test_the_sdk_is_loaded_with_the_first_account_only() -> None:
    code = "import guilder.payments.gateways.stripe, sys; sys.exit('stripe' in sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], check=False, env={"PYTHONPATH": str(ROOT / "src")}
    )

    assert loaded.returncode == 0


async def test_every_post_has_a_key_of_its_order_and_the_version(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    held = await shop.holds()
    captured = held.capture("5.00 EUR", is_final=False)
    returned = held.refund("1.00 EUR")
    void = held.void()
    await shop.gateway.capture(captured)
    await shop.gateway.refund(returned)
    await shop.gateway.void(void)

    posts = [each for each in stripe.server.requests if each.method == "POST"]
    keys = [each.headers["idempotency-key"].split(":") for each in posts]
    assert keys == [
        [str(held.order.id), "intent"],
        [str(held.order.id), "confirm"],
        [str(captured.id), "capture"],
        [str(returned.id), "refund"],
        [str(void.id), "release"],
    ]
    assert {each.headers["stripe-version"] for each in stripe.server.requests} == {API_VERSION}


async def test_nothing_of_this_machine_is_told(shop: Shop, stripe: StripeCounterpart) -> None:
    await shop.pays()

    for request in stripe.server.requests:
        assert "x-stripe-client-telemetry" not in request.headers
        about = json.loads(request.headers["x-stripe-client-user-agent"])
        assert not {"platform", "telemetry_id", "uname"} & about.keys()


async def test_an_order_as_stripe_reads_it(shop: Shop, stripe: StripeCounterpart) -> None:
    sale = await shop.holds(
        "12.00 EUR", description="A year of it", statement_descriptor=" The *Podcast* "
    )

    intent = stripe.books.things[sale.intent]
    assert (intent["amount"], intent["currency"]) == (1200, "eur")
    assert intent["description"] == "A year of it"
    assert intent["statement_descriptor_suffix"] == "The Podcast"
    assert intent["metadata"] == {
        "guilder_payment": str(sale.order.payment_id),
        "guilder_attempt": str(sale.order.id),
    }
    instrument = sale.done.instrument
    assert instrument is not None
    assert (instrument.type, instrument.brand, instrument.last_four) == ("card", "visa", "4242")
    assert (instrument.expiry_month, instrument.expiry_year) == (12, 2034)
    assert (instrument.country, instrument.fingerprint) == ("US", "finger4242")
    assert sale.done.expires_at is not None
    assert sale.done.expires_at.timestamp() - intent["created"] >= intents.HOLD_SECONDS


async def test_a_token_that_stripe_does_not_know_is_declined(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order = msgspec.structs.replace(shop.order(), token="pm_of_another")

    for outcome in (await shop.gateway.charge(order), await shop.gateway.find(order)):
        assert isinstance(outcome, Declined)
        assert outcome.code == "resource_missing"
    assert stripe.books.all("payment_intent") == []


# Failures, by where they come


@pytest.mark.parametrize(
    ("path", "failure", "meaning"),
    [
        (CREATE, BROKEN, GatewayUnavailable),
        (CREATE, Torn(), GatewayUnavailable),
        (CREATE, Refused("In use.", status=409, type="idempotency_error"), OutcomeUnknown),
        (CREATE, Refused("Another.", type="idempotency_error"), OutcomeUnknown),
        (CREATE, Refused("Unknown currency.", param="currency"), GatewayUnavailable),
        (CONFIRM, BROKEN, OutcomeUnknown),
        (CONFIRM, Torn(), OutcomeUnknown),
        (CONFIRM, Refused("Too many requests.", status=429), GatewayUnavailable),
        (CONFIRM, Refused("Locked.", status=429, code="lock_timeout"), OutcomeUnknown),
        (CONFIRM, Refused("Not allowed.", status=403), GatewayUnavailable),
        (CONFIRM, Refused("In use.", status=409, type="idempotency_error"), OutcomeUnknown),
        (CONFIRM, Refused("Another.", type="idempotency_error"), OutcomeUnknown),
    ],
)
async def test_what_a_failure_means(
    shop: Shop, stripe: StripeCounterpart, *, path: str, failure: Exception, meaning: type
) -> None:
    order = shop.order()
    stripe.server.before(path, no(failure))

    with pytest.raises(meaning) as raised:
        await shop.gateway.charge(order)

    assert SECRET_KEY not in str(raised.value)
    assert len([each for each in stripe.server.requests if each.method == "POST"]) <= 2, "no retry"
    assert await stripe.charges() == 0
    assert await shop.gateway.find(order) is None
    assert not isinstance(await shop.gateway.charge(order), Done)


async def test_what_cannot_be_asked_stays_unknown(shop: Shop, stripe: StripeCounterpart) -> None:
    sale = await shop.holds()
    for order in (sale.order, sale.capture("1.00 EUR"), sale.refund("1.00 EUR"), sale.void()):
        await stripe.refuse_next()
        with pytest.raises(OutcomeUnknown):
            await shop.gateway.find(order)


async def test_a_key_that_stripe_does_not_accept_is_not_told(stripe: StripeCounterpart) -> None:
    gateway = stripe.adapter(secret_key="sk_live_wrong_and_secret")

    with pytest.raises(GatewayUnavailable, match="secret key") as raised:
        await gateway.charge(Shop(stripe).order())

    assert "wrong_and_secret" not in repr(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__, "what the SDK raised holds bodies and headers"
    await gateway.close()


async def test_nobody_listens(stripe: StripeCounterpart) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gateway = stripe.adapter(api_base=f"http://127.0.0.1:{free.getsockname()[1]}")

    sale = await Shop(stripe).holds()

    with pytest.raises(GatewayUnavailable, match="ConnectError"):
        await gateway.charge(Shop(stripe).order())
    with pytest.raises(GatewayUnavailable, match="ConnectError"):
        await gateway.capture(sale.capture("1.00 EUR"))
    with pytest.raises(OutcomeUnknown, match="ConnectError"):
        await gateway.find(sale.order)

    await gateway.close()


async def test_an_answer_that_takes_too_long(stripe: StripeCounterpart) -> None:
    gateway = stripe.adapter(timeout_seconds=0.2)
    order = Shop(stripe).order()
    stripe.server.before(CONFIRM, lambda: setattr(stripe.server, "held", asyncio.Event()))

    with pytest.raises(OutcomeUnknown, match="Timeout"):
        await gateway.charge(order)

    stripe.server.held.set()
    done(await gateway.find(order))
    assert await stripe.charges() == 1
    await gateway.close()


async def test_who_never_greets_is_hung_up_on(stripe: StripeCounterpart) -> None:
    async with mute_host() as (port, hung_up):
        gateway = stripe.adapter(api_base=f"https://localhost:{port}", timeout_seconds=0.2)
        with pytest.raises(GatewayUnavailable):
            await gateway.charge(Shop(stripe).order())
        async with asyncio.timeout(DEADLINE_SECONDS):
            await hung_up.get()
        await gateway.close()


async def test_an_answer_that_comes_by_the_letter(stripe: StripeCounterpart) -> None:
    """Each piece comes in time, and the whole never does."""
    has_hung_up = asyncio.Event()

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # On a slow machine its time is over before it has said anything.
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n")
            for _ in range(40):
                writer.write(b"X: 1\r\n")
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await reader.read()
                    break
        writer.close()
        has_hung_up.set()

    async with await asyncio.start_server(on_connection, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        gateway = stripe.adapter(api_base=url, timeout_seconds=0.2)
        with pytest.raises(GatewayUnavailable, match="TimeoutError"):
            await gateway.charge(Shop(stripe).order())
        await gateway.close()
        async with asyncio.timeout(DEADLINE_SECONDS):
            await has_hung_up.wait()


async def test_an_order_that_is_underway_is_not_done_twice(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    order = shop.order()
    stripe.server.before(CONFIRM, lambda: setattr(stripe.server, "held", asyncio.Event()))
    first = asyncio.create_task(shop.gateway.charge(order))
    while stripe.server.held is None:
        stripe.server.arrived.clear()
        await stripe.server.arrived.wait()

    try:
        with pytest.raises(OutcomeUnknown, match="underway"):
            await shop.gateway.charge(order)
    finally:
        stripe.server.held.set()

    assert isinstance(await first, Done)
    assert await stripe.charges() == 1
