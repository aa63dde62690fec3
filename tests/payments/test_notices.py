"""What a gateway tells on its own is proved, kept once, and a reason to ask: never believed."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from guilder.payments.followups import CHECKS
from guilder.payments.gateways import Notice
from guilder.payments.gateways.sandbox import SandboxGateway
from guilder.payments.notices.notices import ApplyNotice, NotKnownYet
from guilder.payments.notices.outside import StillOpen
from guilder.payments.payment import Payment, PaymentStatus
from tests.http.documents import problem
from tests.jobs.work import patience_of
from tests.payments.till import Till
from tests.world import World

S = PaymentStatus


def sandbox(till: Till) -> SandboxGateway:
    return till.world.system.gateways.sandbox(till.world.tenant_id)


def notice(payment: Payment | None = None, **further: Any) -> Notice:
    intent = payment.gateway_payment_intent_id if payment else "sandbox_unheard_of"
    return Notice(**({"id": uuid4().hex, "type": "charge.told", "intent": intent} | further))


async def bring(
    till: Till, told: Notice, *, headers: dict[str, str] | None = None, **place: Any
) -> httpx.Response:
    """Bring a notice as a gateway would, without a key of ours."""
    signed, body = sandbox(till).write_notice(told)
    name, tenant = place.get("name", "sandbox"), place.get("tenant", till.world.tenant_id)
    transport = httpx.ASGITransport(app=till.world.system.door())
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as gateway:
        return await gateway.post(
            f"/v1/gateways/{name}/webhooks/{tenant}",
            content=place.get("body", body),
            headers={
                "content-type": "application/json",
                **(signed if headers is None else headers),
            },
        )


async def kept(till: Till) -> list[tuple[str, bool]]:
    """The notices that were kept, and whether they were looked into."""
    rows = await till.owner.fetch(
        "select type, applied_at is not null as is_applied from payments.notice"
        " where tenant_id = $1 order by id",
        till.world.tenant_id,
    )
    return [(row["type"], row["is_applied"]) for row in rows]


async def test_a_genuine_notice_is_kept_and_looked_into(till: Till) -> None:
    payment = await till.underway()
    intent = f"sandbox_{(await till.transactions(payment))[0].id.hex}"
    await till.owner.execute(
        "update payments.payment set gateway_payment_intent_id = $2 where id = $1",
        payment.id,
        intent,
    )

    answer = await bring(till, notice(intent=intent))

    assert (answer.status_code, answer.json()) == (200, {"is_new": True})
    assert await till.work() == ["apply_notice"]
    assert await kept(till) == [("charge.told", True)]
    assert (await till.look(payment)).status is S.SUCCEEDED
    assert (await till.check()).agrees


async def test_a_notice_is_no_proof_of_anything(till: Till) -> None:
    """It says that the buyer has paid, and the gateway's book does not."""
    payment = await till.waiting()

    await bring(till, notice(payment, type="charge.authenticated"))
    await till.work()

    assert (await till.look(payment)).status is S.REQUIRES_ACTION
    assert await till.balances() == {}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, None),
        ({"sandbox-signature": "0" * 64}, None),
        ({"sandbox-signature": ""}, None),
        (None, b'{"id":"x","type":"charge.told"}'),
        (None, b""),
    ],
    ids=["unsigned", "signed by another", "signed with nothing", "tampered", "empty"],
)
async def test_what_is_not_the_gateways_is_refused(
    till: Till, headers: dict[str, str] | None, body: bytes | None
) -> None:
    payment = await till.paid()
    place = {} if body is None else {"body": body}

    refused = await bring(till, notice(payment), headers=headers, **place)

    problem(refused, 400, "notice_refused")
    assert await kept(till) == []


async def test_what_is_signed_and_makes_no_sense_is_refused(till: Till) -> None:
    gateway = sandbox(till)
    body = b'{"what": "is this"}'

    refused = await bring(
        till, notice(), headers={"sandbox-signature": gateway._signature(body)}, body=body
    )

    problem(refused, 400, "notice_refused")


async def test_a_notice_for_one_tenant_is_not_genuine_for_another(till: Till, other: World) -> None:
    refused = await bring(till, notice(), tenant=other.tenant_id)

    problem(refused, 400, "notice_refused")


@pytest.mark.parametrize("place", [{"name": "bank"}, {"name": "stripe"}, {"tenant": "nobody"}])
async def test_where_nobody_listens_nothing_is_there(till: Till, place: dict[str, str]) -> None:
    problem(await bring(till, notice(), **place), 404, "not_found")


async def test_an_unknown_tenant_is_told_no_more_than_a_wrong_signature(till: Till) -> None:
    answer = await bring(till, notice(), tenant=uuid4())

    assert answer.status_code in {400, 404}


async def test_a_notice_that_comes_twice_is_kept_once(till: Till) -> None:
    told = notice(await till.paid())

    first = await bring(till, told)
    again = await bring(till, told)
    at_once = await asyncio.gather(*(bring(till, told) for _ in range(8)))

    assert (first.json(), again.json()) == ({"is_new": True}, {"is_new": False})
    assert {answer.status_code for answer in at_once} == {200}
    assert len(await kept(till)) == 1
    assert await till.work() == ["apply_notice"]


async def test_a_notice_before_our_record_waits_for_it(till: Till) -> None:
    """The gateway was quicker to tell than we to write down what it answered."""
    payment = await till.underway()
    (attempt,) = await till.transactions(payment)
    await bring(till, notice(intent=f"sandbox_{attempt.id.hex}"))

    with pytest.raises(NotKnownYet):
        await till.work()
    assert await kept(till) == [("charge.told", False)]

    await till.work(later=True)
    await apply_again(till)

    assert (await till.look(payment)).status is S.SUCCEEDED
    assert await kept(till) == [("charge.told", True)]


@pytest.mark.parametrize("way", ["paid", "waiting", "failed"])
async def test_a_notice_about_nothing_of_ours_is_looked_at_once(till: Till, way: str) -> None:
    """Nothing that we asked of this gateway is unknown, so it cannot become ours any more."""
    await getattr(till, way)()
    await bring(till, notice())

    assert await till.work() == ["apply_notice"]

    assert await kept(till) == [("charge.told", True)]
    assert "apply_notice" not in await till.waiting_jobs()


def test_a_notice_is_looked_into_for_longer_than_settlement_asks() -> None:
    assert patience_of(ApplyNotice) > sum(CHECKS, start=timedelta())


async def apply_again(till: Till) -> None:
    """The job of a notice that could not be looked into comes back."""
    (notice_id,) = await till.owner.fetchrow(
        "select id from payments.notice where tenant_id = $1", till.world.tenant_id
    )
    await till.do_twice("payments.apply_notice", f'{{"notice_id": "{notice_id}"}}')


async def test_a_refund_made_at_the_gateway_is_taken_over(till: Till) -> None:
    payment = await till.paid("20.00")
    await refund_there(till, payment, 500)

    for _ in range(2):
        await bring(till, notice(payment, type="refund.created"))
        await till.work()

    after = await till.look(payment)
    assert (after.refunded_minor, after.refunding_minor) == (500, 0)
    *_, movement = await till.transactions(payment)
    assert (movement.reason, movement.status) == ("made at the gateway", "succeeded")
    assert await till.balances() == {"customer": "-15.00", "gateway/sandbox": "15.00"}
    assert (await till.check()).agrees


async def test_a_refund_of_ours_is_not_taken_over(till: Till) -> None:
    payment = await till.paid("20.00")
    await till.refund(payment, "5.00")

    await bring(till, notice(payment, type="refund.created"))
    await till.work()

    assert (await till.look(payment)).refunded_minor == 500
    assert len(await till.transactions(payment)) == 2


async def test_a_refund_of_ours_that_is_open_is_settled_first(till: Till) -> None:
    payment = await till.paid("20.00", payment_method="pm_card_timeoutAfterRefund")
    await till.refund(payment, "5.00")

    await bring(till, notice(payment, type="refund.created"))
    await till.work()

    assert await till.moved(payment) == ["capture 20.00 succeeded", "refund 5.00 succeeded"]
    assert (await till.look(payment)).refunded_minor == 500


async def test_a_refund_of_ours_that_stays_open_is_not_counted_twice(till: Till) -> None:
    """Somebody else holds the attempt: the notice is looked into when its outcome is known."""
    payment = await till.paid("20.00")
    await till.refund(payment, "5.00")
    await till.owner.execute(
        "update payments.payment set refunded_minor = 0, refunding_minor = 500 where id = $1",
        payment.id,
    )
    await bring(till, notice(payment, type="refund.created"))

    with pytest.raises(StillOpen):
        await till.work()

    assert len(await till.transactions(payment)) == 2
    assert await kept(till) == [("refund.created", False)]
    await till.owner.execute(
        "update payments.payment set refunded_minor = 500, refunding_minor = 0 where id = $1",
        payment.id,
    )
    await apply_again(till)
    assert await kept(till) == [("refund.created", True)]


async def refund_there(till: Till, payment: Payment, minor: int) -> None:
    """As if somebody had given money back in the gateway's own dashboard."""
    await till.owner.execute(
        "insert into payments.sandbox_movement (tenant_id, id, intent, kind, status, amount_minor,"
        " currency) values ($1, gen_random_uuid(), $2, 'refund', 'done', $3, 'EUR')",
        till.world.tenant_id,
        payment.gateway_payment_intent_id,
        minor,
    )
