"""What the sandbox does when it is asked to take, give back or let go: at once, in its own book."""

from typing import ClassVar, Final
from uuid import uuid5

from guilder.db import Tx
from guilder.jobs import Job, enqueue
from guilder.kernel import Currency, Money
from guilder.payments.gateways.gateway import (
    Capture,
    Declined,
    Done,
    Notice,
    Outcome,
    Refund,
    RefundReport,
    Void,
)

from . import book
from .book import Line, New
from .cards import Card, Trouble, card_of

REFUND_FAILED: Final = ("refund_failed", "The card takes nothing back.")
CLOSED: Final = Declined(code="nothing_held", message="Nothing is held any more.")
TOO_MUCH: Final = Declined(code="amount_too_large", message="It is more than what is left.")


class SandboxTold(Job, frozen=True):
    """The sandbox sends a notice, as gateways do: a moment later."""

    name: ClassVar[str] = "payments.sandbox_told"

    notice: Notice


async def answer_within(tx: Tx, order: Capture | Refund | Void) -> Outcome | None:
    """Carry out an order in the caller's transaction; None where there is something to wait for."""
    begun = await book.lock_intent(tx, tenant_id=tx.tenant_id, intent=order.intent)
    card = card_of(begun.token) if begun else None
    if begun is None or card is None:
        return CLOSED
    if loses_reply(card, order):
        return None
    return await carry_out(tx, order, begun, card=card)


async def carry_out(tx: Tx, order: Capture | Refund | Void, begun: Line, *, card: Card) -> Outcome:
    """Enter an order that fits into what is left, once; what does not fit is declined.

    A refund that fails later is answered as done. The book has it as it ends.
    """
    known = await book.line_of(tx, tenant_id=tx.tenant_id, movement_id=order.id)
    done = Done(reference=f"sandbox_{order.id.hex}", intent=order.intent)
    if known is not None:
        return done
    left = await book.standing_of(tx, tenant_id=tx.tenant_id, intent=order.intent)
    kind = type(order).__name__.lower()
    if isinstance(order, Refund):
        if card.trouble is Trouble.REFUND_DECLINED:
            return not_given_back(order.intent)
        if order.amount.minor > left.taken_minor - left.given_back_minor:
            return TOO_MUCH
    elif left.is_closed or (begun.status != "done" and isinstance(order, Capture)):
        return CLOSED
    elif isinstance(order, Capture) and order.amount.minor > left.held_minor - left.taken_minor:
        return TOO_MUCH
    fails_later = isinstance(order, Refund) and card.trouble is Trouble.REFUND_FAILS_LATER
    new = New(
        id=order.id,
        intent=order.intent,
        kind=kind,
        status="declined" if fails_later else "done",
        code=REFUND_FAILED[0] if fails_later else None,
        amount_minor=begun.amount_minor if isinstance(order, Void) else order.amount.minor,
        currency=begun.currency,
        is_final=isinstance(order, Capture) and order.is_final,
    )
    await book.enter(tx, [new])
    if fails_later:
        await tell(tx, "refund.failed", intent=order.intent, about=order.id.hex)
    if begun.status == "waiting":
        await book.decide(
            tx, tenant_id=tx.tenant_id, movement_id=begun.id, status="declined", code="canceled"
        )
    return done


def refund_report(line: Line) -> RefundReport:
    """How a refund stands in the book."""
    done = Done(reference=f"sandbox_{line.id.hex}", intent=line.intent)
    return RefundReport(
        reference=done.reference,
        amount=Money(line.amount_minor, Currency(line.currency)),
        outcome=not_given_back(line.intent) if line.status == "declined" else done,
    )


def loses_reply(card: Card, order: Capture | Refund | Void) -> bool:
    """Whether this card does what it is asked, and its answer is lost."""
    lost = {Capture: Trouble.LOST_CAPTURE_REPLY, Refund: Trouble.LOST_REFUND_REPLY}
    return card.trouble is not None and card.trouble is lost.get(type(order))


async def tell(
    tx: Tx, kind: str, *, intent: str, dispute: str | None = None, about: str | None = None
) -> None:
    """Send a notice about what happened here, once this is committed."""
    mark = uuid5(tx.tenant_id, f"{kind} {intent} {about or dispute}")
    notice = Notice(id=f"sandbox_{mark.hex}", type=kind, intent=intent, dispute=dispute)
    await enqueue(tx, SandboxTold(notice))


def not_given_back(intent: str) -> Declined:
    """What becomes of a refund that its card does not take."""
    code, message = REFUND_FAILED
    return Declined(code=code, message=message, intent=intent)
