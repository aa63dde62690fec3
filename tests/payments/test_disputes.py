"""A buyer objects at the bank: the money waits, the merchant answers, and somebody wins."""

from typing import Any

import httpx
import pytest

from guilder.payments.disputes import note_dispute
from guilder.payments.gateways import DisputeReport
from guilder.payments.payment import Payment, PaymentStatus
from guilder.payments.refunds import RefundNotAllowed
from tests.http.documents import problem
from tests.payments.till import Till
from tests.world import World

S = PaymentStatus
DISPUTED = "pm_card_createDispute"


async def objected(till: Till, api: httpx.AsyncClient) -> tuple[Payment, dict[str, Any]]:
    """A payment to which its buyer objects, and the dispute."""
    payment = await till.paid("20.00", payment_method=DISPUTED)
    await till.work()
    (dispute,) = (await api.get("/v1/disputes")).json()["data"]
    return payment, dispute


async def answered(
    till: Till, api: httpx.AsyncClient, dispute: dict[str, Any], text: str, *, submit: bool = True
) -> dict[str, Any]:
    path = f"/v1/disputes/{dispute['id']}"
    answer = await api.post(f"{path}/evidence", json={"text": text, "submit": submit})
    assert answer.status_code == 201, answer.text
    await till.work()
    shown: dict[str, Any] = (await api.get(path)).json()
    return shown


async def test_a_dispute_is_opened_by_a_notice(till: Till, api: httpx.AsyncClient) -> None:
    payment, dispute = await objected(till, api)

    assert (dispute["payment_id"], dispute["status"]) == (str(payment.id), "open")
    assert (dispute["amount"], dispute["currency"], dispute["reason"]) == (
        2000,
        "EUR",
        "fraudulent",
    )
    after = await till.look(payment)
    assert (after.status, after.disputed_minor, after.refundable_minor) == (S.SUCCEEDED, 2000, 0)
    assert await till.moved(payment) == ["capture 20.00 succeeded", "chargeback 20.00 succeeded"]
    assert await till.balances() == {
        "customer": "-20.00",
        "disputed/sandbox": "20.00",
        "gateway/sandbox": "0.00",
    }
    assert (await till.check()).agrees


async def test_disputed_money_is_not_refunded(till: Till, api: httpx.AsyncClient) -> None:
    payment, _ = await objected(till, api)

    refused = await api.post(f"/v1/payments/{payment.id}/refunds", json={"amount": 1})

    assert problem(refused, 409, "refund_not_allowed")["refundable"] == 0


async def test_what_was_won_comes_back(till: Till, api: httpx.AsyncClient) -> None:
    payment, dispute = await objected(till, api)

    won = await answered(till, api, dispute, "It was delivered: winning_evidence")

    assert won["status"] == "won"
    assert won["closed_at"] is not None
    after = await till.look(payment)
    assert (after.disputed_minor, after.refundable_minor) == (0, 2000)
    assert await till.balances() == {
        "customer": "-20.00",
        "disputed/sandbox": "0.00",
        "gateway/sandbox": "20.00",
    }
    assert (await till.moved(payment))[-1] == "chargeback 20.00 failed"
    assert (await till.check()).agrees
    await till.refund(payment)
    assert (await till.look(payment)).status is S.REFUNDED


async def test_what_was_lost_stays_with_the_buyer(till: Till, api: httpx.AsyncClient) -> None:
    payment, dispute = await objected(till, api)

    lost = await answered(till, api, dispute, "losing_evidence")

    assert lost["status"] == "lost"
    assert (await till.look(payment)).disputed_minor == 2000
    assert await till.balances() == {
        "customer": "0.00",
        "disputed/sandbox": "0.00",
        "gateway/sandbox": "0.00",
    }
    assert (await till.check()).agrees
    with pytest.raises(RefundNotAllowed):
        await till.refund(payment, "0.01")


async def test_what_is_neither_is_looked_at_by_the_bank(till: Till, api: httpx.AsyncClient) -> None:
    _, dispute = await objected(till, api)

    reviewed = await answered(till, api, dispute, "It was delivered on the 3rd of May.")

    assert (reviewed["status"], reviewed["evidence"]) == (
        "under_review",
        "It was delivered on the 3rd of May.",
    )
    assert reviewed["evidence_sent_at"] is not None


async def test_evidence_is_written_before_it_is_handed_in(
    till: Till, api: httpx.AsyncClient
) -> None:
    _, dispute = await objected(till, api)

    draft = await answered(till, api, dispute, "It was…", submit=False)
    final = await answered(till, api, draft, "winning_evidence")

    assert (draft["status"], draft["evidence"], draft["evidence_sent_at"]) == (
        "open",
        "It was…",
        None,
    )
    assert (final["status"], final["evidence"]) == ("won", "winning_evidence")


@pytest.mark.parametrize("submit", [True, False])
async def test_evidence_that_was_handed_in_is_not_changed(
    till: Till, api: httpx.AsyncClient, *, submit: bool
) -> None:
    _, dispute = await objected(till, api)
    before = await answered(till, api, dispute, "It was delivered.")

    refused = await api.post(
        f"/v1/disputes/{dispute['id']}/evidence", json={"text": "Or not.", "submit": submit}
    )

    problem(refused, 409, "evidence_handed_in")
    assert (await api.get(f"/v1/disputes/{dispute['id']}")).json() == before


@pytest.mark.parametrize("verdict", ["winning_evidence", "losing_evidence"])
async def test_a_dispute_that_is_decided_takes_no_evidence(
    till: Till, api: httpx.AsyncClient, verdict: str
) -> None:
    _, dispute = await objected(till, api)
    await answered(till, api, dispute, verdict)

    refused = await api.post(f"/v1/disputes/{dispute['id']}/evidence", json={"text": "But…"})

    problem(refused, 409, "dispute_closed")


async def test_what_was_given_back_is_not_taken_a_second_time(till: Till) -> None:
    payment = await till.paid("20.00")
    await till.refund(payment, "15.00")

    await noted(till, payment, "open")

    after = await till.look(payment)
    assert (after.refunded_minor, after.disputed_minor) == (1500, 500)
    assert (await till.check()).agrees


async def test_reports_in_any_order_and_number_count_once(till: Till) -> None:
    """A gateway may tell twice, and tell the end before the beginning."""
    payment = await till.paid("20.00")

    for status in ("under_review", "under_review", "won", "open", "won", "lost"):
        await noted(till, payment, status)

    assert (await till.look(payment)).disputed_minor == 0
    assert (await till.balances())["gateway/sandbox"] == "5.00"
    assert (await till.check()).agrees


async def test_a_dispute_costs_a_fee(till: Till) -> None:
    payment = await till.paid("20.00")

    await noted(till, payment, "lost")

    assert await till.balances() == {
        "customer": "0.00",
        "disputed/sandbox": "0.00",
        "fees/sandbox": "15.00",
        "gateway/sandbox": "-15.00",
    }


async def noted(till: Till, payment: Payment, status: str) -> None:
    report = DisputeReport(
        reference="dispute 1",
        intent=payment.gateway_payment_intent_id or "",
        amount=payment.amount,
        reason="product_not_received",
        status=status,
        fee_minor=1500,
    )
    await till.world.do(lambda tx: note_dispute(tx, payment.id, report))


async def test_disputes_are_found_by_status_and_payment(till: Till, api: httpx.AsyncClient) -> None:
    payment, dispute = await objected(till, api)
    another = await till.paid("1.00", payment_method=DISPUTED)
    await till.work()
    await answered(till, api, dispute, "losing_evidence")

    async def found(**query: str) -> list[str]:
        answer = await api.get("/v1/disputes", params=query)
        return [one["payment_id"] for one in answer.json()["data"]]

    assert await found() == [str(another.id), str(payment.id)]
    assert await found(status="lost") == [str(payment.id)]
    assert await found(payment_id=str(another.id)) == [str(another.id)]
    assert await found(payment_id=str(another.id), status="lost") == []


async def test_a_dispute_of_another_tenant_is_not_there(
    till: Till, api: httpx.AsyncClient, other: World
) -> None:
    _, dispute = await objected(till, api)
    path = f"/v1/disputes/{dispute['id']}"

    async with other.program("*") as stranger:
        problem(await stranger.get(path), 404, "dispute_not_found")
        refused = await stranger.post(f"{path}/evidence", json={"text": "mine"})

    problem(refused, 404, "dispute_not_found")


async def test_facts_tell_how_a_dispute_went(till: Till, api: httpx.AsyncClient) -> None:
    _, dispute = await objected(till, api)
    await answered(till, api, dispute, "Look at this.")
    await noted_by_gateway(till, dispute, "winning_evidence")
    await till.world.relayed(6)

    events = (await api.get(f"/v1/events?object={dispute['id']}")).json()["data"]

    assert [(one["type"], one["data"]["status"]) for one in events] == [
        ("dispute.closed", "won"),
        ("dispute.updated", "under_review"),
        ("dispute.opened", "open"),
    ]


async def noted_by_gateway(till: Till, dispute: dict[str, Any], evidence: str) -> None:
    """The bank decides, and the gateway tells."""
    sandbox = till.world.system.gateways.sandbox(till.world.tenant_id)
    await sandbox.answer_dispute(dispute["gateway_dispute_id"], evidence, is_final=True)
    await till.work()
