"""Stripe's adapter against `localstripe`, a stand-in by others, as far as that goes.

It refuses what our charges and captures need (`automatic_payment_methods`, `return_url`, metadata
on a capture), lists no balance transactions by time or source, and lets refunds go beyond what was
taken. So payments are made here in its own way, and the adapter finds, refunds, lets go of, keeps
and forgets.
"""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from guilder.payments.gateways.gateway import (
    AttemptId,
    Charge,
    Declined,
    Done,
    OutcomeUnknown,
    Refund,
    Void,
)
from guilder.payments.gateways.stripe import StripeGateway
from tests.payments.gateways.shop import done, money, with_intent

KEY = "sk_test_localstripe"
SECONDS = 20.0

# Its own command listens to the whole network, and writes into a file that all runs share.
ALONE = """
import socket
from aiohttp import web
from localstripe import resources, server
resources.Store.dump_to_disk = lambda store: None
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
web.run_app(server.app, sock=listener, print=None)
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    command = [sys.executable, "-W", "ignore", "-c", ALONE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


@pytest.fixture
async def gateway(url: str) -> AsyncIterator[StripeGateway]:
    gateway = StripeGateway(
        secret_key=KEY, webhook_secret="whsec_unused", api_base=url, timeout_seconds=SECONDS
    )
    yield gateway
    await gateway.close()


@pytest.fixture
async def till(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever makes payments at localstripe in its own way."""
    async with httpx.AsyncClient(
        base_url=f"{url}/v1", auth=(KEY, ""), timeout=SECONDS, trust_env=False
    ) as client:
        yield client


async def paid(till: httpx.AsyncClient, token: str = "pm_card_visa", **further: Any) -> Charge:
    """An order for 20.00 EUR, as it stands after its two steps."""
    made = await till.post(
        "/payment_intents",
        data={"amount": 2000, "currency": "eur", "payment_method": token, **further},
    )
    await till.post(f"/payment_intents/{made.json()['id']}/confirm")
    order = Charge(
        id=AttemptId(uuid4()),
        payment_id=uuid4(),
        amount=money("20.00 EUR"),
        is_captured=further.get("capture_method") != "manual",
        token=token,
    )
    return with_intent(order, made.json()["id"])


def refund_of(order: Charge, amount: str) -> Refund:
    return Refund(
        id=AttemptId(uuid4()),
        payment_id=order.payment_id,
        amount=money(amount),
        intent=order.intent or "",
        taken=None,
    )


async def test_a_charge_is_found(gateway: StripeGateway, till: httpx.AsyncClient) -> None:
    order = await paid(till)

    found = done(await gateway.find(order))

    assert found.intent == order.intent
    assert found.reference.startswith(("txn_", "ch_"))


async def test_a_charge_that_was_declined_is_found(
    gateway: StripeGateway, till: httpx.AsyncClient
) -> None:
    order = await paid(till, "pm_card_chargeCustomerFail")

    found = await gateway.find(order)

    assert isinstance(found, Declined)
    assert found.code == "card_declined"


async def test_what_is_held_is_let_go_of(gateway: StripeGateway, till: httpx.AsyncClient) -> None:
    order = await paid(till, capture_method="manual")
    held = done(await gateway.find(order))
    assert held.reference.startswith("ch_")
    void = Void(
        id=AttemptId(uuid4()),
        payment_id=order.payment_id,
        intent=held.intent,
        held=held.reference,
    )
    assert await gateway.find(void) is None

    assert isinstance(await gateway.void(void), Done)

    assert isinstance(await gateway.find(void), Done)
    found = await gateway.find(order)
    assert isinstance(found, Declined)
    assert found.code == "canceled"


async def test_refunded_in_parts(gateway: StripeGateway, till: httpx.AsyncClient) -> None:
    order = await paid(till)
    first, second = refund_of(order, "5.00 EUR"), refund_of(order, "7.50 EUR")
    assert await gateway.find(first) is None

    references = {done(await gateway.refund(each)).reference for each in (first, second)}

    assert done(await gateway.find(first)).reference in references
    found = await gateway.refunds_of(order.intent or "")
    assert {(each.reference in references, each.amount) for each in found} == {
        (True, money("5.00 EUR")),
        (True, money("7.50 EUR")),
    }


async def test_an_instrument_is_kept_and_forgotten(
    gateway: StripeGateway, till: httpx.AsyncClient
) -> None:
    token, customer, instrument = await gateway.save("pm_card_visa", None)
    assert (instrument.type, instrument.last_four) == ("card", "4242")
    kept = (await till.get(f"/payment_methods/{token}")).json()
    assert kept["customer"] == customer

    await gateway.forget(token)

    assert (await till.get(f"/payment_methods/{token}")).json()["customer"] is None


async def test_what_is_not_there_stays_unknown(
    gateway: StripeGateway, till: httpx.AsyncClient
) -> None:
    order = with_intent(await paid(till), "pi_of_nobody")

    with pytest.raises(OutcomeUnknown):
        await gateway.find(order)
