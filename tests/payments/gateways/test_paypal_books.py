"""PayPal's books: what moved, by spans and pages, and what its buyers object to."""

from datetime import UTC, datetime, timedelta

import pytest

from guilder.payments.gateways.gateway import GatewayUnavailable, MovementKind
from tests.payments.gateways.counterparts.paypal import PayPalCounterpart
from tests.payments.gateways.shop import Shop

SEARCH = "/v1/reporting/transactions"


@pytest.fixture
def shop(paypal: PayPalCounterpart) -> Shop:
    return Shop(paypal)


def searched(paypal: PayPalCounterpart) -> int:
    return sum(each.path == SEARCH for each in paypal.server.requests)


async def test_movements_of_a_long_time(paypal: PayPalCounterpart, shop: Shop) -> None:
    paypal.server.clock.ahead = -timedelta(days=70)
    first = await shop.pays()
    paypal.server.clock.ahead = timedelta()
    last = await shop.pays()
    paypal.server.reports.others = [line(f"X{number}", "T0400", "-1.00") for number in range(600)]
    now = paypal.server.clock()

    moved = [
        each
        async for each in shop.gateway.movements(
            now - timedelta(days=71), now + timedelta(seconds=1)
        )
    ]

    assert [each.intent for each in moved] == [first.intent, last.intent]
    assert searched(paypal) == 4, "three spans, the last of two pages"


async def test_a_line_between_two_spans_is_seen_once(paypal: PayPalCounterpart, shop: Shop) -> None:
    paypal.server.reports.others = [line("E1", "T0006", "1.00")]
    written = str(paypal.server.reports.others[0]["transaction_initiation_date"])
    edge = datetime.fromisoformat(written)

    moved = [
        each
        async for each in shop.gateway.movements(
            edge - timedelta(days=31), edge + timedelta(days=1)
        )
    ]

    assert [each.reference for each in moved] == ["E1"]
    assert searched(paypal) == 2


async def test_more_lines_than_paypal_shows_at_once(paypal: PayPalCounterpart, shop: Shop) -> None:
    sales = []
    for minutes in range(5):
        paypal.server.clock.ahead = timedelta(minutes=minutes)
        sales.append(await shop.pays())
    paypal.server.reports.most_entries = 2
    now = datetime.now(UTC)  # noqa: TID251 - the server's clock was moved

    moved = [
        each
        async for each in shop.gateway.movements(now - timedelta(hours=1), now + timedelta(hours=1))
    ]

    assert [each.reference for each in moved] == [sale.done.reference for sale in sales]


async def test_chargebacks_and_what_is_none_of_ours(paypal: PayPalCounterpart, shop: Shop) -> None:
    sale = await shop.pays()
    paypal.server.reports.others = [
        line("C1", "T1201", "-20.00", paypal_reference_id=sale.done.reference),
        line("F1", "T0007", "3.00"),
        line("P1", "T0007", "4.00", transaction_status="P"),
        line("S1", "T0006", "-5.00"),
        line("J1", "T0006", "300.00", currency="JPY"),
    ]
    now = paypal.server.clock()
    hour = timedelta(hours=1)

    moved = [each async for each in shop.gateway.movements(now - hour, now + hour)]

    assert {(each.kind, each.reference, each.intent, each.amount.minor) for each in moved} == {
        (MovementKind.CAPTURE, sale.done.reference, sale.intent, 2000),
        (MovementKind.CHARGEBACK, "C1", sale.intent, 2000),
        (MovementKind.CAPTURE, "F1", "F1", 300),
        (MovementKind.CAPTURE, "J1", "J1", 300),
    }


def line(
    name: str, code: str, value: str, *, currency: str = "EUR", **further: str
) -> dict[str, object]:
    now = datetime.now(UTC)  # noqa: TID251 - a line of today
    return {
        "transaction_id": name,
        "transaction_event_code": code,
        "transaction_initiation_date": now.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "transaction_amount": {"currency_code": currency, "value": value},
        "transaction_status": "S",
    } | further


# Disputes


async def test_a_lost_dispute_costs_a_fee(paypal: PayPalCounterpart, shop: Shop) -> None:
    sale = await shop.pays(token="disputed")
    (reference,) = paypal.server.disputes.all

    before = await shop.gateway.dispute(reference)
    assert (before.reason, before.fee_minor) == ("merchandise_or_service_not_received", None)
    assert before.evidence_due_at
    assert before.evidence_due_at > paypal.server.clock()
    await shop.gateway.answer_dispute(reference, "x" * 2500 + "end", is_final=True)
    assert (await shop.gateway.dispute(reference)).status == "under_review"
    with pytest.raises(GatewayUnavailable):
        await shop.gateway.answer_dispute(reference, "more", is_final=True)
    dispute = paypal.server.disputes.all[reference]
    assert [len(each) for each in dispute.evidence] == [2000, 503]

    dispute.stage = "CHARGEBACK"
    await shop.gateway.answer_dispute(reference, "more", is_final=True)
    assert dispute.evidence[-1] == "more"
    dispute.status, dispute.outcome = "RESOLVED", "RESOLVED_BUYER_FAVOUR"
    after = await shop.gateway.dispute(reference)
    assert (after.status, after.fee_minor, after.intent) == ("lost", 1400, sale.intent)
