"""Refunds never exceed what was captured."""

import asyncio

import asyncpg
import httpx
import pytest

from guilder.payments.payment import PaymentStatus
from guilder.payments.refunds import RefundNotAllowed, refund
from tests.http.documents import problem
from tests.payments.till import Till
from tests.race import race

S = PaymentStatus


async def test_a_refund_gives_the_money_back(till: Till) -> None:
    payment = await till.paid("20.00")

    await till.refund(payment, "5.00")

    left = await till.look(payment)
    assert (left.status, left.refunded_minor, left.refundable_minor) == (S.SUCCEEDED, 500, 1500)
    assert await till.balances() == {"customer": "-15.00", "gateway/sandbox": "15.00"}


async def test_several_refunds_give_all_of_it_back(till: Till) -> None:
    payment = await till.paid("20.00")

    for amount in ("5.00", "7.50", "7.50"):
        await till.refund(payment, amount)

    assert (await till.look(payment)).status is S.REFUNDED
    assert set((await till.balances()).values()) == {"0.00"}


async def test_without_an_amount_all_that_is_left_goes_back(till: Till) -> None:
    payment = await till.paid("20.00")
    await till.refund(payment, "5.00")

    (rest,) = await till.refund(payment)

    assert rest.amount_minor == 1500
    assert (await till.look(payment)).status is S.REFUNDED


@pytest.mark.parametrize("amount", ["5.01", "0.00", "-1.00"])
async def test_a_refund_fits_into_what_is_left(till: Till, amount: str) -> None:
    payment = await till.paid("20.00")
    await till.refund(payment, "15.00")

    with pytest.raises(RefundNotAllowed) as refused:
        await till.refund(payment, amount)

    assert refused.value.details == {"refundable": 500, "currency": "EUR"}


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("4.00", ["4.00"]),
        ("6.00", ["6.00"]),
        ("9.00", ["9.00"]),
        ("10.00", ["5.00", "5.00"]),
        ("20.00", ["5.00", "6.00", "9.00"]),
    ],
)
async def test_a_refund_is_split_over_the_captures(
    till: Till, amount: str, parts: list[str]
) -> None:
    """A gateway gives back of one capture at a time: of one that has enough, or the oldest."""
    payment = await till.authorized("20.00")
    captures = {str((await till.capture(payment, part)).id) for part in ("5.00", "6.00", "9.00")}

    refunds = await till.refund(payment, amount)

    assert [str(one.amount.decimal) for one in refunds] == parts
    assert {str(one.parent_id) for one in refunds} <= captures
    assert len({one.parent_id for one in refunds}) == len(parts)
    assert (await till.check()).agrees


async def test_no_capture_gives_back_more_than_it_took(till: Till) -> None:
    payment = await till.authorized("20.00")
    for part in ("5.00", "15.00"):
        await till.capture(payment, part)

    for amount in ("4.00", "12.00", "4.00"):
        await till.refund(payment, amount)

    moved = await till.transactions(payment)
    given_back = {
        one.id: one.amount_minor
        - sum(other.amount_minor for other in moved if other.parent_id == one.id)
        for one in moved
        if one.type == "capture"
    }
    assert list(given_back.values()) == [0, 0]
    assert (await till.look(payment)).status is S.REFUNDED


async def test_what_was_taken_is_given_back_while_the_rest_is_held(till: Till) -> None:
    payment = await till.authorized("20.00")
    await till.capture(payment, "5.00")

    await till.refund(payment, "5.00")

    left = await till.look(payment)
    assert (left.status, left.refundable_minor, left.capturable_minor) == (S.AUTHORIZED, 0, 1500)
    with pytest.raises(RefundNotAllowed):
        await till.refund(payment, "0.01")


@pytest.mark.parametrize("last", ["capture", "cancel"])
async def test_what_was_wholly_given_back_ends_as_refunded(till: Till, last: str) -> None:
    payment = await till.authorized("20.00")
    await till.capture(payment, "5.00")
    await till.refund(payment, "5.00")

    if last == "capture":
        await till.capture(payment, "1.00", is_final=True)
        await till.refund(payment, "1.00")
    else:
        await till.cancel(payment)

    assert (await till.look(payment)).status is S.REFUNDED


async def test_two_who_refund_at_once_give_back_no_more_than_was_taken(till: Till) -> None:
    payment = await till.paid("20.00")

    first, second = await race(
        till.world,
        lambda tx: refund(tx, payment.id, 1500, reason="one"),
        lambda tx: refund(tx, payment.id, 1500, reason="two"),
    )

    assert len(first) == 1
    assert isinstance(second, RefundNotAllowed)
    assert (await till.look(payment)).refunded_minor == 1500
    assert (await till.check()).agrees


async def test_sixteen_at_once_over_http_give_back_what_fits(
    till: Till, api: httpx.AsyncClient
) -> None:
    payment = await till.paid("20.00")
    path = f"/v1/payments/{payment.id}/refunds"

    answers = await asyncio.gather(*(api.post(path, json={"amount": 300}) for _ in range(16)))

    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(refused) == 10
    for answer in refused:
        problem(answer, 409, "refund_not_allowed")
    assert (await till.look(payment)).refunded_minor == 1800
    assert (await till.check()).agrees


@pytest.mark.parametrize("figure", ["refunded_minor", "refunding_minor", "disputed_minor"])
async def test_the_database_too_gives_back_no_more_than_was_taken(till: Till, figure: str) -> None:
    payment = await till.paid("20.00")
    await till.refund(payment, "5.00")

    with pytest.raises(asyncpg.CheckViolationError):
        await till.owner.execute(
            f"update payments.payment set {figure} = {figure} + 1501 where id = $1", payment.id
        )


async def test_a_card_that_takes_nothing_back_is_told(till: Till, api: httpx.AsyncClient) -> None:
    payment = await till.paid("20.00", payment_method="pm_card_refundFail")

    refused = await api.post(f"/v1/payments/{payment.id}/refunds", json={})

    document = problem(refused, 402, "gateway_declined")
    assert document["reason"] == "refund_failed"
    left = await till.look(payment)
    assert (left.status, left.refundable_minor) == (S.SUCCEEDED, 2000)
    assert await till.moved(payment) == ["capture 20.00 succeeded", "refund 20.00 failed"]
    assert (await till.check()).agrees


async def test_a_refund_whose_reply_was_lost_is_not_given_twice(till: Till) -> None:
    payment = await till.paid("20.00", payment_method="pm_card_timeoutAfterRefund")

    (attempt,) = await till.refund(payment, "15.00")

    assert attempt.status == "open"
    with pytest.raises(RefundNotAllowed):
        await till.refund(payment, "5.01")
    await till.work(later=True)
    assert (await till.look(payment)).refunded_minor == 1500
    assert await till.balances() == {"customer": "-5.00", "gateway/sandbox": "5.00"}
