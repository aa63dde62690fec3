"""The disputes API."""

from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.db import Tx
from guilder.http import Caller, Listing, Page, Unfinished, get, post
from guilder.kernel import Problem
from guilder.payments.gateways import Gateways, GatewayUnavailable, OutcomeUnknown
from guilder.payments.payment import PaymentId

from .dispute import DisputeId, DisputeStatus
from .disputes import (
    DisputeClosed,
    DisputeNotFound,
    EvidenceHandedIn,
    dispute_by_id,
    mark_handed_in,
    newest_disputes,
    note_dispute,
    note_evidence,
)
from .views import DisputeView, show

Evidence = Annotated[
    str, Meta(min_length=1, max_length=20_000, examples=["It was delivered on the 3rd of May."])
]


class GatewayNotReached(Problem, status=502):
    """The gateway does not answer. What was written down stays."""


class EvidenceBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The merchant's side of it."""

    text: Evidence
    submit: Annotated[bool, Meta(description="Hand it in: it cannot be changed after.")] = True


class EvidenceWork(msgspec.Struct, frozen=True):
    """Evidence that the gateway does not have yet."""

    dispute_id: DisputeId
    submit: bool


@get("/v1/disputes", "disputes:read")
async def list_disputes(
    tx: Tx,
    page: Page,
    *,
    status: DisputeStatus | None = None,
    payment_id: PaymentId | None = None,
) -> Listing[DisputeView]:
    """List disputes, newest first."""
    found = await newest_disputes(
        tx,
        tenant_id=tx.tenant_id,
        status=status,
        payment_id=payment_id,
        before=page.after(DisputeId),
        most=page.most,
    )
    return page.listing(found, at=lambda dispute: dispute.id, show=show)


@get("/v1/disputes/{dispute_id}", "disputes:read", problems=(DisputeNotFound,))
async def show_dispute(tx: Tx, dispute_id: DisputeId) -> DisputeView:
    """Look at one dispute."""
    return show(await dispute_by_id(tx, dispute_id))


async def finish_evidence(caller: Caller, work: EvidenceWork, gateways: Gateways) -> DisputeView:
    """Tell the gateway, and see how the dispute stands after that."""
    async with caller.transaction() as tx:
        dispute = await dispute_by_id(tx, work.dispute_id)
        gateway = await gateways.of(tx, dispute.gateway)
    reference, evidence = dispute.gateway_dispute_id, dispute.evidence or ""
    try:
        await gateway.answer_dispute(reference, evidence, is_final=work.submit)
        report = await gateway.dispute(reference)
    except (GatewayUnavailable, OutcomeUnknown) as closed:
        raise GatewayNotReached from closed

    async def note(tx: Tx, _: object) -> DisputeView:
        await note_dispute(tx, dispute.payment_id, report)  # it locks the payment, then the dispute
        if work.submit:
            await mark_handed_in(tx, tenant_id=tx.tenant_id, dispute_id=dispute.id)
        return show(await dispute_by_id(tx, dispute.id))

    return await caller.transact(note)


@post(
    "/v1/disputes/{dispute_id}/evidence",
    "disputes:write",
    finish=finish_evidence,
    problems=(DisputeNotFound, DisputeClosed, EvidenceHandedIn, GatewayNotReached),
)
async def answer_dispute(
    tx: Tx, dispute_id: DisputeId, body: EvidenceBody
) -> DisputeView | Unfinished[EvidenceWork]:
    """Tell the merchant's side of it."""
    await note_evidence(tx, dispute_id, body.text)
    return Unfinished(EvidenceWork(dispute_id, body.submit))


ENDPOINTS = (list_disputes, show_dispute, answer_dispute)
