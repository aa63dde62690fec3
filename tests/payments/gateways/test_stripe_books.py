"""Stripe's books as the adapter reads them: fees, currencies, pages, disputes, and notices."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from guilder.payments.gateways.gateway import (
    Declined,
    Movement,
    MovementKind,
    NoticeNotGenuine,
    Underway,
)
from tests.payments.gateways.counterparts.stripe import (
    WEBHOOK_SECRET,
    StripeCounterpart,
)
from tests.payments.gateways.counterparts.stripe_server.books import now, signed
from tests.payments.gateways.shop import Sale, Shop, done, money

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(stripe: StripeCounterpart) -> Shop:
    return Shop(stripe)


async def moved(shop: Shop) -> list[Movement]:
    """All that moved around this hour."""
    around = datetime.fromtimestamp(now(), UTC)
    return [each async for each in shop.gateway.movements(around - HOUR, around + HOUR)]


# Fees and currencies


async def test_what_stripe_keeps_is_told(shop: Shop) -> None:
    sale = await shop.pays("20.00 EUR")
    held = await shop.holds("20.00 EUR")
    captured = await shop.captures(held, "10.00 EUR")

    assert sale.done.fee_minor == 60
    assert (held.done.fee_minor, captured.fee_minor) == (None, 30)


async def test_a_fee_in_another_currency_is_no_amount_of_this_payment(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    stripe.books.settles_in, stripe.books.rate = "usd", 1.25

    sale = await shop.pays("20.00 EUR")

    assert sale.done.fee_minor is None


async def test_an_account_in_another_currency_moves_what_the_buyer_paid(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    stripe.books.settles_in, stripe.books.rate = "usd", 1.2345
    sale = await shop.pays("20.01 EUR")
    held = await shop.holds("30.00 EUR")
    orders = [held.capture(part, is_final=False) for part in ("7.01 EUR", "9.99 EUR")]
    parts = [
        done(await shop.gateway.capture(order)) for order in sorted(orders, key=lambda o: o.id)
    ]
    refunded = done(await shop.gateway.refund(sale.refund("3.33 EUR")))

    found = {each.reference: each.amount for each in await moved(shop)}

    by_time = [order.amount for order in sorted(orders, key=lambda order: order.id)]
    assert found == {
        sale.done.reference: money("20.01 EUR"),
        parts[0].reference: by_time[0],
        parts[1].reference: by_time[1],
        refunded.reference: money("3.33 EUR"),
    }


@pytest.mark.parametrize("amount", ["500 ISK", "500 UGX", "500.00 MGA", "10.45 HUF"])
async def test_currencies_that_stripe_counts_its_own_way(
    shop: Shop, stripe: StripeCounterpart, amount: str
) -> None:
    sale = await shop.pays(amount)
    whole = done(await shop.gateway.refund(sale.refund(amount)))

    assert {(each.reference, each.amount) for each in await moved(shop)} == {
        (sale.done.reference, money(amount)),
        (whole.reference, money(amount)),
    }
    assert [each.amount for each in await shop.gateway.refunds_of(sale.intent)] == [money(amount)]
    assert stripe.books.things[sale.intent]["amount"] != 0


async def test_several_equal_captures_are_told_apart(shop: Shop) -> None:
    sale = await shop.holds("20.00 EUR")
    orders = [sale.capture("5.00 EUR", is_final=False) for _ in range(3)]

    for order in orders:
        done(await shop.gateway.capture(order))

    found = [done(await shop.gateway.find(order)).reference for order in orders]
    assert len(set(found)) == 3
    five = money("5.00 EUR")
    assert {(each.reference, each.amount) for each in await moved(shop)} == {
        (reference, five) for reference in found
    }


# Pages


async def test_movements_of_many_pages(shop: Shop, stripe: StripeCounterpart) -> None:
    sale = await shop.pays("20.00 EUR")
    (charge,) = stripe.books.all("charge")
    for _ in range(250):
        stripe.books.line("charge", charge, 1)

    assert len(await moved(shop)) == 251
    asked = [each for each in stripe.server.requests if each.path == "/v1/balance_transactions"]
    assert len(asked) == 3
    assert {each.intent for each in await moved(shop)} == {sale.intent}


async def test_refunds_of_many_pages(shop: Shop, stripe: StripeCounterpart) -> None:
    sale = await shop.pays("20.00 EUR")
    order = sale.refund("0.01 EUR")
    first = done(await shop.gateway.refund(order))
    for _ in range(150):
        await stripe.refund_in_dashboard(sale.intent, 1)

    assert len(await shop.gateway.refunds_of(sale.intent)) == 151
    assert done(await shop.gateway.find(order)).reference == first.reference


async def test_spans_that_touch_share_nothing(shop: Shop, stripe: StripeCounterpart) -> None:
    await shop.pays()
    at = datetime.fromtimestamp(stripe.books.all("balance_transaction")[0]["created"], UTC)
    cuts = [at - HOUR, at, at + timedelta(seconds=0.5), at + HOUR]

    counts = [
        len([each async for each in shop.gateway.movements(since, until)])
        for since, until in pairwise(cuts)
    ]

    assert counts == [0, 1, 0]


# Refunds that do not go through at once


@pytest.mark.parametrize(
    ("status", "outcome"), [("pending", Underway), ("failed", Declined), ("canceled", Declined)]
)
async def test_a_refund_by_its_state(
    shop: Shop, stripe: StripeCounterpart, status: str, outcome: type
) -> None:
    sale = await shop.pays()
    order = sale.refund("5.00 EUR")
    done(await shop.gateway.refund(order))
    (refund,) = stripe.books.all("refund")
    refund |= {"status": status, "failure_reason": "expired_or_canceled_card"}

    found = await shop.gateway.find(order)

    assert isinstance(found, outcome)
    (report,) = await shop.gateway.refunds_of(sale.intent)
    assert report.outcome == found


async def test_a_refund_that_failed_comes_back(shop: Shop, stripe: StripeCounterpart) -> None:
    sale = await shop.pays()
    refunded = done(await shop.gateway.refund(sale.refund("5.00 EUR")))
    (refund,) = stripe.books.all("refund")
    stripe.books.line("refund_failure", refund, 500)

    amounts = [each.amount.minor for each in await moved(shop) if each.kind == MovementKind.REFUND]

    assert refunded.reference == refund["id"]
    assert sorted(amounts) == [-500, 500]


@pytest.mark.parametrize(
    ("reason", "own", "beside"),
    [
        ("duplicate", "duplicate", None),
        ("It came late.", None, "It came late."),
        (None, None, None),
    ],
)
async def test_a_reason_in_other_words_goes_beside_it(
    shop: Shop,
    stripe: StripeCounterpart,
    *,
    reason: str | None,
    own: str | None,
    beside: str | None,
) -> None:
    sale = await shop.pays()

    done(await shop.gateway.refund(sale.refund("5.00 EUR", reason=reason)))

    (refund,) = stripe.books.all("refund")
    assert refund["reason"] == own
    assert refund["metadata"].get("reason") == beside


# Disputes


async def test_a_dispute_takes_and_its_winner_is_given_back(shop: Shop) -> None:
    sale = await shop.pays("20.00 EUR", token="disputed")
    (chargeback,) = [each for each in await moved(shop) if each.kind == MovementKind.CHARGEBACK]
    assert (chargeback.intent, chargeback.amount) == (sale.intent, money("20.00 EUR"))

    report = await shop.gateway.dispute(chargeback.reference)
    assert report.fee_minor == 1500
    assert report.evidence_due_at is not None
    assert report.evidence_due_at > chargeback.occurred_at
    await shop.gateway.answer_dispute(chargeback.reference, "winning_evidence", is_final=True)

    both = [each.amount.minor for each in await moved(shop) if each.kind == MovementKind.CHARGEBACK]
    assert sorted(both) == [-2000, 2000]


@pytest.mark.parametrize(
    ("state", "told", "is_inquiry"),
    [
        ("warning_needs_response", "open", True),
        ("warning_under_review", "under_review", True),
        ("warning_closed", "won", True),
        ("under_review", "under_review", False),
        ("prevented", "won", False),
        ("lost", "lost", False),
        ("a_state_of_tomorrow", "under_review", False),
    ],
)
async def test_a_dispute_by_its_state(
    shop: Shop, stripe: StripeCounterpart, *, state: str, told: str, is_inquiry: bool
) -> None:
    await shop.pays(token="disputed")
    (dispute,) = stripe.books.all("dispute")
    dispute["status"] = state

    report = await shop.gateway.dispute(dispute["id"])
    assert (report.status, report.is_inquiry) == (told, is_inquiry)


# Notices


async def told_of(shop: Shop, stripe: StripeCounterpart, sale: Sale) -> dict[str, str | None]:
    """The dispute that each type of notice names."""
    read = [await shop.gateway.read_notice(*each) for each in await stripe.notices(sale.intent)]
    assert {notice.intent for notice in read} == {sale.intent}
    return {notice.type: notice.dispute for notice in read}


async def test_what_is_told_of_a_payment(shop: Shop, stripe: StripeCounterpart) -> None:
    sale = await shop.pays()
    await shop.gateway.refund(sale.refund("5.00 EUR"))

    told = await told_of(shop, stripe, sale)

    assert told.keys() >= {"payment_intent.succeeded", "charge.refunded", "refund.created"}
    assert set(told.values()) == {None}


async def test_what_is_told_of_a_dispute(shop: Shop, stripe: StripeCounterpart) -> None:
    sale = await shop.pays(token="disputed")

    told = await told_of(shop, stripe, sale)

    (dispute,) = stripe.books.all("dispute")
    assert told["charge.dispute.created"] == dispute["id"]
    assert told["charge.succeeded"] is None


async def test_what_is_told_of_something_else(shop: Shop) -> None:
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "payout.paid",
        "data": {"object": {"id": "po_1"}},
    }

    notice = await shop.gateway.read_notice(*signed(event, WEBHOOK_SECRET, now()))

    assert (notice.id, notice.type) == ("evt_1", "payout.paid")
    assert (notice.intent, notice.dispute) == (None, None)


@pytest.mark.parametrize(
    ("age", "is_read"), [(0, True), (290, True), (310, False), (86_400, False)]
)
async def test_an_old_notice_is_refused(
    shop: Shop, stripe: StripeCounterpart, age: int, is_read: bool
) -> None:
    sale = await shop.pays()
    event = stripe.books.events[0][1]
    headers, body = signed(event, WEBHOOK_SECRET, now() - age)

    if is_read:
        assert (await shop.gateway.read_notice(headers, body)).intent == sale.intent
    else:
        with pytest.raises(NoticeNotGenuine):
            await shop.gateway.read_notice(headers, body)


@pytest.mark.parametrize(
    "signature",
    ["", "t=1", "v1=2", "t=x,v1=2", "t=1,v1=", "t=1,v1=é", "t=1,v0=2", ",,,", "t=1,v1=2,t=3"],
)
async def test_a_signature_that_is_none(
    shop: Shop, stripe: StripeCounterpart, signature: str
) -> None:
    await shop.pays()
    _, body = (await stripe.notices(stripe.books.all("payment_intent")[0]["id"]))[0]

    with pytest.raises(NoticeNotGenuine):
        await shop.gateway.read_notice({"stripe-signature": signature}, body)


@pytest.mark.parametrize(
    "event", [{"id": "evt_1"}, {"id": "evt_1", "type": "x", "data": {}}, [], "text", {"object": 1}]
)
async def test_what_is_signed_and_no_event(shop: Shop, event: object) -> None:
    with pytest.raises(NoticeNotGenuine):
        await shop.gateway.read_notice(*signed(event, WEBHOOK_SECRET, now()))


async def test_a_notice_for_another_account_is_refused(
    shop: Shop, stripe: StripeCounterpart
) -> None:
    await shop.pays()
    headers, body = signed(stripe.books.events[0][1], "whsec_of_another", now())

    with pytest.raises(NoticeNotGenuine):
        await shop.gateway.read_notice(headers, body)
