"""Nothing stays unknown, and nobody is charged twice: what was left open is asked about."""

import asyncio
from typing import Any

import httpx
import pytest

from guilder.jobs import Hopeless
from guilder.payments.attempts import carry_out
from guilder.payments.captures import capture
from guilder.payments.followups import CHECKS, SettleAttempt
from guilder.payments.gateways import Charge, Declined
from guilder.payments.payment import CaptureMode, Payment, PaymentStatus
from guilder.payments.refunds import refund
from guilder.payments.settlement import settle
from guilder.payments.transactions import claim_transaction
from tests.payments.till import Till, new

S = PaymentStatus


async def charges_at_gateway(till: Till) -> list[tuple[str, int]]:
    """What the sandbox's own book shows."""
    rows = await till.owner.fetch(
        "select kind, amount_minor from payments.sandbox_movement"
        " where tenant_id = $1 and status = 'done' order by id",
        till.world.tenant_id,
    )
    return [(row["kind"], row["amount_minor"]) for row in rows]


@pytest.mark.parametrize(
    ("mode", "status"),
    [(CaptureMode.AUTOMATIC, S.SUCCEEDED), (CaptureMode.MANUAL, S.AUTHORIZED)],
)
async def test_a_charge_that_was_made_and_not_told_is_found(
    till: Till, mode: CaptureMode, status: PaymentStatus
) -> None:
    payment = await till.underway("20.00", capture=mode)
    assert payment.status is S.PROCESSING

    await till.work(later=True)

    assert (await till.look(payment)).status is status
    assert len(await charges_at_gateway(till)) == 1
    assert (await till.check()).extent.open_attempts == 0
    assert (await till.check()).agrees


async def test_a_charge_that_never_arrived_has_failed_for_good(till: Till) -> None:
    payment = await till.paid(payment_method="pm_card_timeoutBeforeCharge")
    (attempt,) = await till.transactions(payment)

    await till.work(later=True)

    failed = await till.look(payment)
    assert (failed.status, failed.last_error_code) == (S.FAILED, "not_received")
    late = await carry_out(
        till.world.pool, till.world.system.gateways, till.world.tenant_id, attempt_id=attempt.id
    )
    assert late is True
    assert await charges_at_gateway(till) == []


async def test_a_request_that_comes_late_charges_nobody(till: Till) -> None:
    """Settlement has put a stop in the gateway's book before it gave the charge up."""
    payment = await till.paid(payment_method="pm_card_timeoutBeforeCharge")
    (attempt,) = await till.transactions(payment)
    await till.work(later=True)
    gateway = till.world.system.gateways.sandbox(till.world.tenant_id)

    outcome = await gateway.charge(
        Charge(
            id=attempt.id,
            payment_id=payment.id,
            amount=payment.amount,
            is_captured=True,
            token="pm_card_visa",
        )
    )

    assert isinstance(outcome, Declined)
    assert await charges_at_gateway(till) == []


async def test_settling_twice_at_once_books_once(till: Till) -> None:
    payment = await till.underway("20.00")
    (attempt,) = await till.transactions(payment)
    payload = f'{{"attempt_id": "{attempt.id}", "check": 0}}'

    await asyncio.gather(*(till.do_twice("payments.settle_attempt", payload) for _ in range(4)))

    assert (await till.look(payment)).status is S.SUCCEEDED
    assert await till.balances() == {"customer": "-20.00", "gateway/sandbox": "20.00"}


@pytest.mark.parametrize("what", ["payment", "capture", "refund"])
async def test_a_crash_before_the_gateway_was_asked_is_made_good(till: Till, what: str) -> None:
    """What was committed before the crash is an open attempt, and a job that asks about it."""
    payment = await begun(till, what)

    await till.work(later=True)

    after = await till.look(payment)
    assert after.capturing_minor == after.refunding_minor == 0
    assert (await till.check()).extent.open_attempts == 0
    assert (await till.check()).agrees
    figures = (after.status, after.captured_minor, after.refunded_minor)
    assert (
        figures
        == {
            "payment": (S.FAILED, 0, 0),
            "capture": (S.SUCCEEDED, 2000, 0),
            "refund": (S.REFUNDED, 2000, 2000),
        }[what]
    )


async def begun(till: Till, what: str) -> Payment:
    """A movement that was written down, and whose gateway nobody has asked."""
    if what == "payment":
        (taken,) = await till.create(new(payment_method="pm_card_createDispute"))
        return taken.payment  # type: ignore[union-attr]

    if what == "capture":
        payment = await till.authorized(payment_method="pm_card_timeoutAfterCapture")
        await till.world.do(lambda tx: capture(tx, payment.id, None, is_final=True))
    else:
        payment = await till.paid(payment_method="pm_card_timeoutAfterRefund")
        await till.world.do(lambda tx: refund(tx, payment.id, None, reason=None))
    return payment


async def test_an_attempt_that_somebody_carries_out_is_left_to_them(till: Till) -> None:
    (taken,) = await till.create(new(payment_method="pm_card_createDispute"))
    attempt_id: Any = taken.attempt_id  # type: ignore[union-attr]
    async with till.world.tx() as tx:
        await claim_transaction(tx, tenant_id=till.world.tenant_id, attempt_id=attempt_id)

    is_ours = await carry_out(
        till.world.pool, till.world.system.gateways, till.world.tenant_id, attempt_id=attempt_id
    )

    assert is_ours is False
    assert await charges_at_gateway(till) == []


async def test_it_is_asked_again_less_and_less_often(till: Till) -> None:
    """Somebody holds the attempt for ever, so each check finds nothing out."""
    (taken,) = await till.create(new(payment_method="pm_card_createDispute"))
    attempt_id: Any = taken.attempt_id  # type: ignore[union-attr]
    await till.owner.execute(
        "update payments.transaction set held_until = 'infinity' where id = $1", attempt_id
    )

    pauses = []
    for check in range(len(CHECKS) - 1):
        pauses.append(await pause_of(till, check))
        await settle_once(till, attempt_id, check=check)
    with pytest.raises(Hopeless, match="a person has to look"):
        await settle_once(till, attempt_id, check=len(CHECKS) - 1)

    minute, hour, day = 60, 3600, 86400
    assert [round(pause) for pause in pauses] == [minute, 5 * minute, hour, *[day] * 6]


async def pause_of(till: Till, check: int) -> float:
    """How long the job of this check waits."""
    pause = await till.owner.fetchval(
        "select extract(epoch from run_at - created_at)::float8 from jobs.job"
        " where tenant_id = $1 and (payload ->> 'check')::int = $2",
        till.world.tenant_id,
        check,
    )
    return float(pause)


async def settle_once(till: Till, attempt_id: Any, *, check: int) -> None:

    await settle(
        till.world.pool,
        till.world.tenant_id,
        SettleAttempt(attempt_id, check),
        gateways=till.world.system.gateways,
    )


async def test_over_http_an_unknown_outcome_is_told_as_what_it_is(
    api: httpx.AsyncClient, till: Till
) -> None:
    asked = {
        "amount": 2000,
        "currency": "EUR",
        "confirm": True,
        "payment_method": "pm_card_timeoutAfterCharge",
    }
    headers = {"idempotency-key": "one"}

    first = await api.post("/v1/payments", json=asked, headers=headers)
    await till.work(later=True)
    again = await api.post("/v1/payments", json=asked, headers=headers)

    assert (first.json()["status"], first.status_code) == ("processing", 201)
    assert again.content == first.content
    shown = (await api.get(f"/v1/payments/{first.json()['id']}")).json()
    assert shown["status"] == "succeeded"
    assert len(await charges_at_gateway(till)) == 1
