"""What is held is taken, in one or several parts, and never more than was authorized."""

import asyncio

import asyncpg
import httpx
import pytest

from guilder.kernel import IllegalMove
from guilder.payments.captures import CaptureNotAllowed, capture
from guilder.payments.payment import PaymentStatus
from tests.http.documents import problem
from tests.payments.till import Till
from tests.race import race

S = PaymentStatus


async def test_without_an_amount_all_of_it_is_taken(till: Till) -> None:
    payment = await till.authorized("20.00")

    taken = await till.capture(payment)

    assert (taken.amount_minor, taken.is_final) == (2000, True)
    assert (await till.look(payment)).status is S.SUCCEEDED
    assert await till.balances() == {"customer": "-20.00", "gateway/sandbox": "20.00"}


async def test_a_part_leaves_the_rest_held(till: Till) -> None:
    payment = await till.authorized("20.00")

    await till.capture(payment, "5.00")

    left = await till.look(payment)
    assert (left.status, left.captured_minor, left.capturable_minor) == (S.AUTHORIZED, 500, 1500)
    assert await till.balances() == {"customer": "-5.00", "gateway/sandbox": "5.00"}


async def test_several_parts_sum_up_to_what_was_authorized(till: Till) -> None:
    payment = await till.authorized("20.00")

    for amount in ("5.00", "7.50", "7.50"):
        await till.capture(payment, amount)

    taken = await till.look(payment)
    assert (taken.status, taken.captured_minor) == (S.SUCCEEDED, 2000)
    assert await till.moved(payment) == [
        "authorization 20.00 succeeded",
        "capture 5.00 succeeded",
        "capture 7.50 succeeded",
        "capture 7.50 succeeded",
    ]


async def test_the_final_part_lets_go_of_the_rest(till: Till) -> None:
    payment = await till.authorized("20.00")
    await till.capture(payment, "5.00")

    await till.capture(payment, "7.50", is_final=True)

    taken = await till.look(payment)
    assert (taken.status, taken.captured_minor, taken.capturable_minor) == (S.SUCCEEDED, 1250, 0)
    with pytest.raises(IllegalMove):
        await till.capture(payment, "0.01")


async def test_all_that_is_left_is_taken_after_a_part(till: Till) -> None:
    payment = await till.authorized("20.00")
    await till.capture(payment, "5.00")

    assert (await till.capture(payment)).amount_minor == 1500


@pytest.mark.parametrize("amount", ["15.01", "0.00", "-1.00"])
async def test_a_capture_fits_into_what_is_held(till: Till, amount: str) -> None:
    payment = await till.authorized("20.00")
    await till.capture(payment, "5.00")

    with pytest.raises(CaptureNotAllowed) as refused:
        await till.capture(payment, amount)

    assert refused.value.details == {"capturable": 1500, "currency": "EUR"}


async def test_two_who_capture_at_once_take_no_more_than_is_held(till: Till) -> None:
    payment = await till.authorized("20.00")

    first, second = await race(
        till.world,
        lambda tx: capture(tx, payment.id, 1500, is_final=False),
        lambda tx: capture(tx, payment.id, 1500, is_final=False),
    )

    assert first[1] is True
    assert isinstance(second, CaptureNotAllowed)
    assert (await till.look(payment)).captured_minor == 1500
    assert (await till.check()).agrees


async def test_sixteen_at_once_over_http_take_what_fits(till: Till, api: httpx.AsyncClient) -> None:
    payment = await till.authorized("20.00")
    path = f"/v1/payments/{payment.id}/captures"

    answers = await asyncio.gather(*(api.post(path, json={"amount": 300}) for _ in range(16)))

    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(refused) == 10
    for answer in refused:
        document = problem(answer, 409, "capture_not_allowed")
        assert document["capturable"] == 200
    assert (await till.look(payment)).captured_minor == 1800
    assert (await till.check()).agrees


@pytest.mark.parametrize("figure", ["captured_minor", "capturing_minor"])
async def test_the_database_too_takes_no_more_than_was_authorized(till: Till, figure: str) -> None:
    payment = await till.authorized("20.00")
    await till.capture(payment, "5.00")

    with pytest.raises(asyncpg.CheckViolationError):
        await till.owner.execute(
            f"update payments.payment set {figure} = {figure} + 1501 where id = $1", payment.id
        )


async def test_the_database_too_authorizes_no_more_than_was_asked(till: Till) -> None:
    payment = await till.authorized("20.00")

    with pytest.raises(asyncpg.CheckViolationError):
        await till.owner.execute(
            "update payments.payment set authorized_minor = 2001 where id = $1", payment.id
        )


async def test_over_http_a_capture_shows_its_payment(till: Till, api: httpx.AsyncClient) -> None:
    payment = await till.authorized("20.00")
    path = f"/v1/payments/{payment.id}"

    taken = await api.post(f"{path}/captures", json={"amount": 500})

    assert taken.status_code == 201
    shown = taken.json()
    assert (shown["type"], shown["status"], shown["amount"]) == ("capture", "succeeded", 500)
    assert shown.pop("payment") == (await api.get(path)).json()
    assert shown == (await api.get(f"{path}/transactions")).json()["data"][-1]


async def test_a_lost_reply_is_not_taken_for_a_refusal(till: Till) -> None:
    """What is on its way counts as taken, until somebody knows."""
    payment = await till.authorized("20.00", payment_method="pm_card_timeoutAfterCapture")

    attempt = await till.capture(payment, "15.00")

    open_payment = await till.look(payment)
    assert (attempt.status, open_payment.capturing_minor) == ("open", 1500)
    with pytest.raises(CaptureNotAllowed):
        await till.capture(payment, "5.01")
    assert "settle_attempt" in await till.work(later=True)
    assert (await till.look(payment)).captured_minor == 1500
    assert (await till.check()).agrees
