"""The sandbox behind the interface of every gateway, and within a transaction of ours."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, final
from uuid import UUID

import msgspec

from guilder.db import Pool, Tx, tenant_transaction
from guilder.kernel import Currency, Money, TenantId
from guilder.payments.gateways.gateway import (
    ActionNeeded,
    AttemptId,
    Capture,
    Charge,
    Declined,
    DisputeReport,
    Done,
    GatewayUnavailable,
    Instrument,
    Movement,
    MovementKind,
    Notice,
    NoticeNotGenuine,
    Order,
    Outcome,
    OutcomeUnknown,
    Refund,
    RefundReport,
    Void,
)

from . import book, instruments
from .book import Line, New
from .cards import SAVED, UNKNOWN_TOKEN, Trouble, card_of, verdict
from .orders import CLOSED, carry_out, loses_reply, not_given_back, refund_report, tell

SLOW_SECONDS: Final = 1.5
PAGE: Final = 500
SIGNATURE: Final = "sandbox-signature"
WINS: Final = "winning_evidence"
LOSES: Final = "losing_evidence"
REFUSED: Final = ("authentication_failed", "The buyer did not authenticate.")
STOPPED: Final = Declined(code="stopped", message="This charge was called off before it came.")


def charges_at_once(order: Charge) -> Outcome | None:
    """What the sandbox answers without waiting; None where there is something to wait for."""
    card = card_of(order.token)
    if card is None:
        return UNKNOWN_TOKEN
    if (order.token or "").startswith(SAVED):
        return None  # whether it is still kept has to be looked up
    return verdict(order, address="") if card.is_answered_at_once else None


async def enter_charges(tx: Tx, charges: Sequence[tuple[Charge, Outcome]]) -> None:
    """Enter what was answered at once, in the transaction in which it was answered."""
    await book.enter(tx, [line_of_charge(order, outcome) for order, outcome in charges])


def line_of_charge(order: Charge, outcome: Outcome) -> New:
    """How a charge stands in the book."""
    intent = outcome.intent or f"sandbox_{order.id.hex}"
    return New(
        id=order.id,
        intent=intent,
        kind="charge" if order.is_captured else "hold",
        status=(
            "done"
            if isinstance(outcome, Done)
            else "waiting"
            if isinstance(outcome, ActionNeeded)
            else "declined"
        ),
        amount_minor=order.amount.minor,
        currency=order.amount.currency,
        token=order.token,
        code=outcome.code if isinstance(outcome, Declined) else None,
        return_url=order.return_url,
    )


@final
class SandboxGateway:
    """The sandbox as any other gateway: asked in transactions that are its own."""

    name = "sandbox"

    def __init__(self, pool: Pool, tenant_id: TenantId, *, key: bytes, public_url: str) -> None:
        self._pool = pool
        self._tenant_id = tenant_id
        self._key = key
        self._public_url = public_url

    async def charge(self, order: Charge) -> Outcome:
        card = card_of(order.token)
        trouble = card.trouble if card else None
        if trouble is Trouble.UNAVAILABLE:
            raise GatewayUnavailable("the sandbox plays that it cannot be reached")
        if trouble is Trouble.LOST_REQUEST:
            raise OutcomeUnknown("the sandbox plays that the request was lost")
        if trouble is Trouble.SLOW:
            await asyncio.sleep(SLOW_SECONDS)
        async with self._tx() as tx:
            outcome = await self._charge(tx, order)
            if trouble is Trouble.DISPUTE and isinstance(outcome, Done) and order.is_captured:
                await _open_dispute(tx, order, outcome.intent)
        if trouble is Trouble.LOST_REPLY:
            raise OutcomeUnknown("the sandbox plays that the reply was lost")
        return outcome

    async def capture(self, order: Capture) -> Outcome:
        return await self._order(order)

    async def refund(self, order: Refund) -> Outcome:
        return await self._order(order)

    async def void(self, order: Void) -> Outcome:
        return await self._order(order)

    async def find(self, order: Order) -> Outcome | None:
        async with self._tx() as tx:
            line = await book.line_of(tx, tenant_id=self._tenant_id, movement_id=order.id)
            if line is not None:
                return None if line.kind == "stop" else self._outcome_of(line)
            if isinstance(order, Charge):
                await book.enter(tx, [_stop(order)])
                line = await book.line_of(tx, tenant_id=self._tenant_id, movement_id=order.id)
        return self._outcome_of(line) if line and line.kind != "stop" else None

    async def act(self, attempt_id: AttemptId, *, agrees: bool) -> Line | None:
        """The buyer has answered on the sandbox's page: it is done, or declined."""
        async with self._tx() as tx:
            line = await book.line_of(tx, tenant_id=self._tenant_id, movement_id=attempt_id)
            if line is None:
                return None
            await book.lock_intent(tx, tenant_id=self._tenant_id, intent=line.intent)
            left = await book.standing_of(tx, tenant_id=self._tenant_id, intent=line.intent)
            code = None if agrees else REFUSED[0]
            status = "done" if agrees and not left.is_closed else "declined"
            await book.decide(
                tx, tenant_id=self._tenant_id, movement_id=attempt_id, status=status, code=code
            )
            line = await book.line_of(tx, tenant_id=self._tenant_id, movement_id=attempt_id)
            if line is not None:
                kind = "charge.authenticated" if line.status == "done" else "charge.refused"
                await tell(tx, kind, intent=line.intent)
        return line

    async def waiting(self, attempt_id: AttemptId) -> Line | None:
        """The charge that a page is about."""
        async with self._tx() as tx:
            return await book.line_of(tx, tenant_id=self._tenant_id, movement_id=attempt_id)

    async def refunds_of(self, intent: str) -> list[RefundReport]:
        async with self._tx() as tx:
            lines = await book.refund_lines(tx, tenant_id=self._tenant_id, intent=intent)
        return [refund_report(line) for line in lines]

    async def movements(self, since: datetime, until: datetime) -> AsyncIterator[Movement]:
        after: UUID | None = None
        while True:
            async with self._tx() as tx:
                lines = await book.lines_between(
                    tx,
                    tenant_id=self._tenant_id,
                    since=since,
                    until=until,
                    after=after,
                    most=PAGE,
                )
            for line in lines:
                if line.kind in MOVES:
                    yield _movement(line, MOVES[line.kind])
            if len(lines) < PAGE:
                return
            after = lines[-1].id

    async def dispute(self, reference: str) -> DisputeReport:
        async with self._tx() as tx:
            line = await book.dispute_line(tx, tenant_id=self._tenant_id, dispute_id=reference)
        if line is None:
            raise GatewayUnavailable("the sandbox knows no such dispute")
        return DisputeReport(
            reference=line.id,
            intent=line.intent,
            amount=Money(line.amount_minor, Currency(line.currency)),
            reason="fraudulent",
            status=line.status,
        )

    async def answer_dispute(self, reference: str, evidence: str, *, is_final: bool) -> None:
        """Evidence that says `winning_evidence` wins, and `losing_evidence` loses."""
        status = "open"
        if is_final:
            status = "won" if WINS in evidence else "lost" if LOSES in evidence else "under_review"
        async with self._tx() as tx:
            await book.answer_dispute(
                tx,
                tenant_id=self._tenant_id,
                dispute_id=reference,
                evidence=evidence,
                status=status,
            )
            line = await book.dispute_line(tx, tenant_id=self._tenant_id, dispute_id=reference)
            if line is not None:
                await tell(tx, f"dispute.{status}", intent=line.intent, dispute=line.id)

    async def save(self, token: str, customer: str | None) -> tuple[str, str, Instrument]:
        async with self._tx() as tx:
            kept = await instruments.keep(tx, token, customer)
        card = card_of(kept.token)
        return kept.token, kept.customer, card.instrument if card else Instrument(type="card")

    async def forget(self, token: str) -> None:
        async with self._tx() as tx:
            await instruments.forget_instrument(tx, tenant_id=self._tenant_id, token=token)

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        given = headers.get(SIGNATURE, "")
        if not hmac.compare_digest(given.encode(), self._signature(body).encode()):
            raise NoticeNotGenuine("the signature is not the sandbox's")
        try:
            return msgspec.json.decode(body, type=Notice)
        except msgspec.DecodeError as unreadable:
            raise NoticeNotGenuine("the sandbox never wrote this") from unreadable

    def write_notice(self, notice: Notice) -> tuple[dict[str, str], bytes]:
        """A notice as it goes out: its headers and its body."""
        body = msgspec.json.encode(notice)
        return {SIGNATURE: self._signature(body)}, body

    def _signature(self, body: bytes) -> str:
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()

    async def _charge(self, tx: Tx, order: Charge) -> Outcome:
        outcome = verdict(order, address=self._address(order.id))
        if not await instruments.is_usable(tx, order.token):
            outcome = UNKNOWN_TOKEN
        if not await book.enter(tx, [line_of_charge(order, outcome)]):
            line = await book.line_of(tx, tenant_id=self._tenant_id, movement_id=order.id)
            return self._outcome_of(line) if line else STOPPED
        return outcome

    async def _order(self, order: Capture | Refund | Void) -> Outcome:
        async with self._tx() as tx:
            begun = await book.lock_intent(tx, tenant_id=self._tenant_id, intent=order.intent)
            card = card_of(begun.token) if begun else None
            if begun is None or card is None:
                return CLOSED
            outcome = await carry_out(tx, order, begun, card=card)
        if loses_reply(card, order):
            raise OutcomeUnknown("the sandbox plays that the reply was lost")
        return outcome

    def _outcome_of(self, line: Line) -> Outcome:
        if line.kind == "stop":
            return STOPPED
        if line.status == "waiting":
            return ActionNeeded(intent=line.intent, url=self._address(line.id))
        if line.status == "declined":
            return _declined(line)
        card = card_of(line.token)
        return Done(
            reference=f"sandbox_{line.id.hex}",
            intent=line.intent,
            instrument=card.instrument if card else None,
        )

    def _address(self, attempt_id: AttemptId) -> str:
        return f"{self._public_url}/sandbox/authentication/{self._tenant_id}/{attempt_id}"

    @asynccontextmanager
    async def _tx(self) -> AsyncIterator[Tx]:
        async with tenant_transaction(self._pool, self._tenant_id) as tx:
            yield tx


MOVES: Final = {
    "charge": MovementKind.CAPTURE,
    "capture": MovementKind.CAPTURE,
    "refund": MovementKind.REFUND,
}


async def _open_dispute(tx: Tx, order: Charge, intent: str) -> None:
    dispute = f"sandbox_dispute_{order.id.hex}"
    await book.insert_dispute(
        tx,
        dispute_id=dispute,
        intent=intent,
        amount_minor=order.amount.minor,
        currency=order.amount.currency,
    )
    await tell(tx, "dispute.open", intent=intent, dispute=dispute)


def _stop(order: Charge) -> New:
    return New(
        id=order.id,
        intent=f"sandbox_{order.id.hex}",
        kind="stop",
        status="declined",
        amount_minor=order.amount.minor,
        currency=order.amount.currency,
    )


def _declined(line: Line) -> Declined:
    if line.kind == "refund":
        return not_given_back(line.intent)
    card = card_of(line.token)
    if card and card.decline:
        return Declined(code=card.decline[0], message=card.decline[1], intent=line.intent)
    return Declined(code=line.code or REFUSED[0], message=REFUSED[1], intent=line.intent)


def _movement(line: Line, kind: MovementKind) -> Movement:
    return Movement(
        kind=kind,
        reference=f"sandbox_{line.id.hex}",
        intent=line.intent,
        amount=Money(line.amount_minor, Currency(line.currency)),
        occurred_at=line.created_at,
    )
