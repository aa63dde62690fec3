"""What every gateway keeps of its promises: refunds, its own books, notices, disputes.

Written once, for every gateway: how one joins is said in `conftest.py`.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from guilder.payments.gateways.gateway import (
    Declined,
    Done,
    GatewayUnavailable,
    MovementKind,
    NoticeNotGenuine,
)
from tests.payments.gateways.shop import Shop, done, minor, money

# Giving back


async def test_refunded_in_parts_and_never_beyond(shop: Shop, amounts: list[str]) -> None:
    whole, part, other = amounts
    sale = await shop.pays(whole)

    first = done(await shop.gateway.refund(sale.refund(part)))
    second = done(await shop.gateway.refund(sale.refund(other)))
    beyond = await shop.gateway.refund(sale.refund(whole))

    assert first.reference != second.reference
    assert isinstance(beyond, Declined)
    assert await shop.counterpart.taken(sale.intent) == (minor(whole), minor(part) + minor(other))
    found = await shop.gateway.refunds_of(sale.intent)
    assert {(each.reference, each.amount) for each in found} == {
        (first.reference, money(part)),
        (second.reference, money(other)),
    }


async def test_refunded_whole_once(shop: Shop) -> None:
    sale = await shop.pays()
    done(await shop.gateway.refund(sale.refund("20.00 EUR")))

    assert isinstance(await shop.gateway.refund(sale.refund("0.01 EUR")), Declined)

    assert await shop.counterpart.taken(sale.intent) == (2000, 2000)


async def test_what_is_only_held_is_not_given_back(shop: Shop) -> None:
    sale = await shop.holds()

    assert not isinstance(await shop.gateway.refund(sale.refund("1.00 EUR")), Done)

    assert await shop.counterpart.taken(sale.intent) == (0, 0)


async def test_a_refund_by_someone_else_is_seen(shop: Shop) -> None:
    if not hasattr(shop.counterpart, "refund_in_dashboard"):
        pytest.skip("this counterpart has no dashboard")
    sale = await shop.pays()

    await shop.counterpart.refund_in_dashboard(sale.intent, 300)

    (found,) = await shop.gateway.refunds_of(sale.intent)
    assert found.amount == money("3.00 EUR")
    assert (done(found.outcome).reference, done(found.outcome).intent) == (
        found.reference,
        sale.intent,
    )
    assert await shop.gateway.find(sale.refund("3.00 EUR")) is None, "it is none of our orders"


async def test_a_refund_that_fails_later_is_told(shop: Shop) -> None:
    if not hasattr(shop.counterpart, "fail_refund"):
        pytest.skip("what this counterpart has given back stays given back")
    sale = await shop.pays()
    orders = [sale.refund("5.00 EUR"), sale.refund("7.50 EUR")]
    failing, staying = [done(await shop.gateway.refund(order)) for order in orders]
    before = len(await shop.counterpart.notices(sale.intent))

    await shop.counterpart.fail_refund(failing.reference)

    stands = {each.reference: each for each in await shop.gateway.refunds_of(sale.intent)}
    assert isinstance(stands[failing.reference].outcome, Declined)
    assert isinstance(stands[staying.reference].outcome, Done)
    assert stands[failing.reference].amount == money("5.00 EUR")
    assert isinstance(await shop.gateway.find(orders[0]), Declined)
    assert await shop.counterpart.taken(sale.intent) == (2000, 750)
    told = (await shop.counterpart.notices(sale.intent))[before:]
    read = [await shop.gateway.read_notice(*each) for each in told]
    assert {notice.intent for notice in read} == {sale.intent}
    done(await shop.gateway.refund(sale.refund("12.50 EUR")))


# What the gateway tells


async def test_notices_name_their_payment_in_any_order(shop: Shop) -> None:
    sale = await shop.pays()
    done(await shop.gateway.refund(sale.refund("5.00 EUR")))
    sent = await shop.counterpart.notices(sale.intent)
    assert sent
    mixed = [*reversed(sent), *sent]

    read = [await shop.gateway.read_notice(*each) for each in mixed]

    assert {notice.intent for notice in read} == {sale.intent}
    assert len({notice.id for notice in read}) == len(sent)
    assert await shop.counterpart.taken(sale.intent) == (2000, 500)
    assert done(await shop.gateway.find(sale.order)).reference == sale.done.reference


async def test_a_notice_that_was_changed_is_refused(shop: Shop) -> None:
    sale = await shop.pays()
    headers, body = (await shop.counterpart.notices(sale.intent))[0]
    assert sale.intent.encode() in body

    with pytest.raises(NoticeNotGenuine):
        await shop.gateway.read_notice(headers, body.replace(sale.intent.encode(), b"another"))
    with pytest.raises(NoticeNotGenuine):
        await shop.gateway.read_notice({}, body)
    with pytest.raises(NoticeNotGenuine):
        await shop.gateway.read_notice(headers, b"\xff" + body)


async def test_movements_are_what_was_done(shop: Shop, amounts: list[str]) -> None:
    whole, part, _ = amounts
    sale = await shop.pays(whole)
    other = await shop.holds(whole)
    captured = await shop.captures(other, part)
    refunded = done(await shop.gateway.refund(sale.refund(part)))
    let_go = await shop.holds(whole)
    done(await shop.gateway.void(let_go.void()))
    await shop.gateway.charge(shop.order(whole, "declined"))
    around = datetime.now(UTC)  # noqa: TID251 - the gateway has a clock of its own
    hour = timedelta(hours=1)

    moved = [each async for each in shop.gateway.movements(around - hour, around + hour)]

    assert {(each.kind, each.reference, each.intent, each.amount) for each in moved} == {
        (MovementKind.CAPTURE, sale.done.reference, sale.intent, money(whole)),
        (MovementKind.CAPTURE, captured.reference, other.intent, money(part)),
        (MovementKind.REFUND, refunded.reference, sale.intent, money(part)),
    }
    assert len(moved) == 3
    assert [each async for each in shop.gateway.movements(around - 3 * hour, around - hour)] == []


# Kept instruments


async def test_a_kept_instrument_pays_without_its_buyer(shop: Shop) -> None:
    token, customer, instrument = await shop.gateway.save(shop.counterpart.tokens["good"], None)
    assert instrument.type
    further = {"customer": customer, "is_off_session": True, "return_url": None}

    for _ in range(2):
        order = msgspec.structs.replace(shop.order(**further), token=token)
        assert isinstance(await shop.gateway.charge(order), Done)
    assert await shop.counterpart.charges() == 2

    await shop.gateway.forget(token)
    order = msgspec.structs.replace(shop.order(**further), token=token)
    with suppress(GatewayUnavailable):
        assert isinstance(await shop.gateway.charge(order), Declined)
    assert await shop.counterpart.charges() == 2


async def test_forgotten_twice_is_forgotten(shop: Shop) -> None:
    token, _, _ = await shop.gateway.save(shop.counterpart.tokens["good"], None)

    await shop.gateway.forget(token)
    await shop.gateway.forget(token)


async def test_instruments_of_one_customer(shop: Shop) -> None:
    good = shop.counterpart.tokens["good"]
    first, customer, _ = await shop.gateway.save(good, None)

    second, same, _ = await shop.gateway.save(good, customer)

    assert same == customer
    assert first != second


# Disputes


@pytest.mark.parametrize(
    ("evidence", "verdict"), [("winning_evidence", "won"), ("losing_evidence", "lost")]
)
async def test_a_dispute(shop: Shop, evidence: str, verdict: str) -> None:
    sale = await shop.pays(token="disputed")
    told = [
        await shop.gateway.read_notice(*each)
        for each in await shop.counterpart.notices(sale.intent)
    ]
    (reference,) = {notice.dispute for notice in told if notice.dispute}

    report = await shop.gateway.dispute(reference)
    assert (report.status, report.intent) == ("open", sale.intent)
    assert report.amount == money("20.00 EUR")
    assert report.reason
    await shop.gateway.answer_dispute(reference, "It was delivered.", is_final=False)
    assert (await shop.gateway.dispute(reference)).status == "open"

    await shop.gateway.answer_dispute(reference, evidence, is_final=True)

    assert (await shop.gateway.dispute(reference)).status == verdict
