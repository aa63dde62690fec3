"""A payment is called off: nothing is held any more, and what was taken stays taken."""

import httpx
import pytest

from guilder.kernel import IllegalMove
from guilder.payments.cancellations import PaymentUnderway, cancel
from guilder.payments.captures import capture
from guilder.payments.payment import Payment, PaymentStatus
from tests.http.documents import problem
from tests.ledger.books import Books
from tests.payments.till import Till
from tests.race import race

S = PaymentStatus


async def test_one_that_waits_is_called_off_without_its_gateway(till: Till) -> None:
    payment = await till.cancel(await till.pending())

    assert payment.status is S.CANCELED
    assert await till.transactions(payment) == []


async def test_what_is_held_is_let_go(till: Till) -> None:
    payment = await till.authorized("20.00")

    canceled = await till.cancel(payment)

    assert (canceled.status, canceled.capturable_minor) == (S.CANCELED, 0)
    assert canceled.expires_at is None
    assert await till.moved(payment) == [
        "authorization 20.00 succeeded",
        "void 20.00 succeeded",
    ]
    assert await Books(till.world).held() == {}


async def test_of_one_captured_in_part_what_was_taken_stays_taken(till: Till) -> None:
    payment = await till.authorized("20.00")
    await till.capture(payment, "5.00")

    ended = await till.cancel(payment)

    assert (ended.status, ended.captured_minor, ended.capturable_minor) == (S.SUCCEEDED, 500, 0)
    assert await till.balances() == {"customer": "-5.00", "gateway/sandbox": "5.00"}
    assert await Books(till.world).held() == {}
    assert (await till.moved(payment))[-1] == "void 15.00 succeeded"
    with pytest.raises(IllegalMove):
        await till.capture(payment, "1.00")


async def test_one_whose_buyer_has_to_act_is_called_off(till: Till, api: httpx.AsyncClient) -> None:
    payment = await till.waiting()

    canceled = await till.cancel(payment)

    assert (canceled.status, canceled.action_url) == (S.CANCELED, None)
    assert await till.moved(payment) == ["capture 20.00 failed", "void 20.00 succeeded"]
    await api.post(f"{payment.action_url}/agreements")
    await till.work()
    assert (await till.look(payment)).status is S.CANCELED
    assert await till.balances() == {}


async def test_calling_off_twice_changes_nothing(till: Till) -> None:
    payment = await till.cancel(await till.authorized())

    assert await till.cancel(payment) == payment


async def test_while_its_gateway_is_at_work_nothing_is_called_off(
    till: Till, api: httpx.AsyncClient
) -> None:
    payment = await till.underway()

    refused = await api.post(f"/v1/payments/{payment.id}/cancellations", json={})

    problem(refused, 409, "payment_underway")
    assert refused.headers["retry-after"] == "5"


async def test_while_a_capture_is_open_nothing_is_called_off(till: Till) -> None:
    payment = await till.authorized("20.00", payment_method="pm_card_timeoutAfterCapture")
    await till.capture(payment, "5.00")

    with pytest.raises(PaymentUnderway):
        await till.cancel(payment)

    await till.work(later=True)
    assert (await till.cancel(payment)).status is S.SUCCEEDED


async def test_while_it_is_being_called_off_nothing_is_captured(till: Till) -> None:
    """At a gateway that takes its time both would be on their way at once."""
    payment = await elsewhere(till, await till.authorized("20.00"))
    await till.world.do(lambda tx: cancel(tx, payment.id))

    with pytest.raises(PaymentUnderway):
        await till.world.do(lambda tx: capture(tx, payment.id, 500, is_final=False))
    with pytest.raises(PaymentUnderway):
        await till.world.do(lambda tx: cancel(tx, payment.id))


async def elsewhere(till: Till, payment: Payment) -> Payment:
    """As if another gateway than the sandbox had it, which does not answer at once."""
    await till.sends_to("stripe", payment)
    return await till.look(payment)


@pytest.mark.parametrize("first", ["capture", "cancel"])
async def test_of_a_capture_and_a_cancellation_at_once_the_first_counts(
    till: Till, first: str
) -> None:
    payment = await till.authorized("20.00")
    verbs = {
        "capture": lambda tx: capture(tx, payment.id, None, is_final=True),
        "cancel": lambda tx: cancel(tx, payment.id),
    }
    second = ({"capture", "cancel"} - {first}).pop()

    _, late = await race(till.world, verbs[first], verbs[second])

    assert isinstance(late, IllegalMove)
    ended = await till.look(payment)
    assert ended.status is (S.SUCCEEDED if first == "capture" else S.CANCELED)
    assert (await till.check()).agrees


async def test_over_http_a_cancellation_says_why(till: Till, api: httpx.AsyncClient) -> None:
    payment = await till.authorized()
    path = f"/v1/payments/{payment.id}"

    canceled = await api.post(f"{path}/cancellations", json={"reason": "out of stock"})

    assert canceled.status_code == 201
    assert canceled.json()["status"] == "canceled"
    void = (await api.get(f"{path}/transactions")).json()["data"][-1]
    assert (void["type"], void["reason"]) == ("void", "out of stock")
