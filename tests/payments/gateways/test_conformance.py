"""What every gateway keeps of its promises: what is taken, held, let go of and declined.

Written once, for every gateway: how one joins is said in `conftest.py`.
"""

from uuid import uuid4

import pytest

from guilder.payments.gateways.gateway import ActionNeeded, AttemptId, Declined, Done, Void
from tests.payments.gateways.shop import Shop, done, minor, waiting, with_intent

DECLINED = ("declined", "insufficient_funds", "expired", "lost")


# Taking


async def test_charged_at_once(shop: Shop, amounts: list[str]) -> None:
    whole = amounts[0]

    sale = await shop.pays(whole)

    assert sale.done.reference
    assert await shop.counterpart.taken(sale.intent) == (minor(whole), 0)
    assert await shop.counterpart.charges() == 1


async def test_held_then_taken_whole(shop: Shop, amounts: list[str]) -> None:
    whole = amounts[0]
    sale = await shop.holds(whole)
    assert await shop.counterpart.taken(sale.intent) == (0, 0)

    captured = await shop.captures(sale, whole)

    assert captured.intent == sale.intent
    assert await shop.counterpart.taken(sale.intent) == (minor(whole), 0)
    assert await shop.counterpart.charges() == 1


async def test_what_was_paid_with_is_told(shop: Shop) -> None:
    sale = await shop.pays()

    assert sale.done.instrument is not None
    assert sale.done.instrument.type
    assert len(sale.done.instrument.last_four or "1234") == 4


async def test_a_final_capture_lets_go_of_the_rest(shop: Shop, amounts: list[str]) -> None:
    whole, part, _ = amounts
    sale = await shop.holds(whole)

    await shop.captures(sale, part, is_final=True)

    again = await shop.gateway.capture(sale.capture(part))
    assert isinstance(again, Declined)
    assert await shop.counterpart.taken(sale.intent) == (minor(part), 0)
    assert await shop.gateway.refunds_of(sale.intent) == [], "what was only held was not given back"


async def test_several_captures(shop: Shop, amounts: list[str]) -> None:
    if not shop.counterpart.has_several_captures:
        pytest.skip("this gateway captures once")
    whole, part, other = amounts
    sale = await shop.holds(whole)

    first = await shop.captures(sale, part, is_final=False)
    second = await shop.captures(sale, other, is_final=False)

    assert first.reference != second.reference
    assert await shop.counterpart.taken(sale.intent) == (minor(part) + minor(other), 0)
    assert await shop.counterpart.charges() == 1
    assert isinstance(await shop.gateway.capture(sale.capture(whole)), Declined)
    assert isinstance(await shop.gateway.void(sale.void()), Done)
    assert isinstance(await shop.gateway.capture(sale.capture(part)), Declined)
    assert await shop.counterpart.taken(sale.intent) == (minor(part) + minor(other), 0)


async def test_never_captured_beyond_what_is_held(shop: Shop) -> None:
    sale = await shop.holds("20.00 EUR")

    beyond = await shop.gateway.capture(sale.capture("20.01 EUR"))

    assert isinstance(beyond, Declined)
    assert await shop.counterpart.taken(sale.intent) == (0, 0)


async def test_let_go_of(shop: Shop) -> None:
    sale = await shop.holds()

    assert isinstance(await shop.gateway.void(sale.void()), Done)

    assert isinstance(await shop.gateway.capture(sale.capture("20.00 EUR")), Declined)
    assert await shop.counterpart.taken(sale.intent) == (0, 0)


async def test_what_was_taken_is_not_let_go_of(shop: Shop) -> None:
    sale = await shop.pays()
    order = sale.void()

    assert isinstance(await shop.gateway.void(order), Declined)

    assert await shop.gateway.find(order) is None
    assert await shop.counterpart.taken(sale.intent) == (2000, 0)


@pytest.mark.parametrize("token", DECLINED)
@pytest.mark.parametrize("is_captured", [True, False])
async def test_declined(shop: Shop, token: str, is_captured: bool) -> None:
    order = shop.order(token=token, is_captured=is_captured)

    outcome = await shop.gateway.charge(order)

    assert isinstance(outcome, Declined)
    assert outcome.code == shop.counterpart.decline_codes[token]
    assert outcome.message
    assert await shop.counterpart.charges() == 0
    found = await shop.gateway.find(with_intent(order, outcome.intent))
    assert isinstance(found, Declined)
    assert found.code == outcome.code


# The buyer's turn


@pytest.mark.parametrize("is_captured", [True, False])
async def test_the_buyer_agrees(shop: Shop, is_captured: bool) -> None:
    order = shop.order(token="needs_action", is_captured=is_captured)
    outcome = waiting(await shop.gateway.charge(order))
    assert outcome.url.startswith("http")
    order = with_intent(order, outcome.intent)
    assert isinstance(await shop.gateway.find(order), ActionNeeded)
    assert await shop.counterpart.charges() == 0

    await shop.counterpart.act(outcome.intent, agrees=True)

    found = done(await shop.gateway.find(order))
    assert found.intent == outcome.intent
    assert await shop.counterpart.charges() == 1
    assert await shop.counterpart.taken(outcome.intent) == (2000 if is_captured else 0, 0)


async def test_the_buyer_refuses(shop: Shop) -> None:
    order = shop.order(token="needs_action")
    outcome = waiting(await shop.gateway.charge(order))

    await shop.counterpart.act(outcome.intent, agrees=False)

    assert isinstance(await shop.gateway.find(with_intent(order, outcome.intent)), Declined)
    assert await shop.counterpart.charges() == 0


async def test_a_charge_that_waits_for_its_buyer_is_let_go_of(shop: Shop) -> None:
    order = shop.order(token="needs_action")
    outcome = waiting(await shop.gateway.charge(order))
    void = Void(
        id=AttemptId(uuid4()), payment_id=order.payment_id, intent=outcome.intent, held=None
    )

    assert isinstance(await shop.gateway.void(void), Done)

    assert not isinstance(
        await shop.gateway.find(with_intent(order, outcome.intent)), ActionNeeded | Done
    )
    assert await shop.counterpart.charges() == 0
