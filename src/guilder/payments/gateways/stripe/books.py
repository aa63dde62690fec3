"""Stripe's own books: which line of its balance is which capture, refund or chargeback."""

from collections.abc import Iterable
from typing import Any, Final

from guilder.payments.gateways.gateway import Movement, MovementKind

from . import wire
from .amounts import from_stripe
from .orders import CAPTURE_MARK
from .outcomes import moment, name_of

TAKEN: Final = ("charge", "payment")
GIVEN_BACK: Final = ("refund", "payment_refund", "refund_failure")
OBJECTED: Final = "adjustment"


def captures_of(
    intent: wire.Intent, lines: Iterable[wire.Transaction]
) -> list[tuple[str | None, int, wire.Transaction]]:
    """Each capture of a payment: the mark of its order, its amount in Stripe's units, its line.

    A line does not name its order. Where the payment is settled in its own currency, the amount
    tells; else the time of both, as orders are named by their time.
    """
    own = sorted(lines, key=lambda line: (line.created, line.id))
    marks = sorted(
        (name, int(count))
        for name, count in intent.metadata.items()
        if name.startswith(CAPTURE_MARK)
    )
    found: list[tuple[str | None, int, wire.Transaction]] = []
    for line in own:
        mark = _mark_of(line, marks, intent.currency)
        if mark:
            marks.remove(mark)
        name, count = mark or (None, line.amount)
        found.append((name, intent.amount_received if len(own) == 1 else count, line))
    return found


def _mark_of(
    line: wire.Transaction, marks: list[tuple[str, int]], code: str
) -> tuple[str, int] | None:
    if line.currency != code:
        return marks[0] if marks else None
    return next((mark for mark in marks if mark[1] == line.amount), None)


def has_several_captures(intent: wire.Intent) -> bool:
    """Whether our marks show more than one capture."""
    return sum(name.startswith(CAPTURE_MARK) for name in intent.metadata) > 1


def is_of_a_hold(refund: wire.Refund) -> bool:
    """Whether nothing went back: what was only held and let go of is a refund without a line."""
    return refund.status == "succeeded" and refund.balance_transaction is None


def is_ambiguous(line: wire.Transaction) -> bool:
    """Whether a line may be one of several captures, counted in another currency than theirs."""
    source = line.source if isinstance(line.source, dict) else {}
    if line.type not in TAKEN or source.get("currency", line.currency) == line.currency:
        return False
    card = (source.get("payment_method_details") or {}).get("card") or {}
    return (card.get("multicapture") or {}).get("status") == "available"


def line_moved(line: wire.Transaction) -> Movement | None:
    """What a line of the balance tells, if it is about a payment.

    What came back to the merchant is told as a negative amount: a refund that failed, a dispute
    that was won.
    """
    source = line.source if isinstance(line.source, dict) else {}
    if line.type in TAKEN and source.get("object") == "charge":
        is_own = line.currency == source["currency"]
        count = line.amount if is_own else source["amount_captured"]
        return _moved(MovementKind.CAPTURE, line, source, reference=line.id, count=count)
    if line.type in GIVEN_BACK and source.get("object") == "refund":
        count = -source["amount"] if line.type == "refund_failure" else source["amount"]
        return _moved(MovementKind.REFUND, line, source, reference=source["id"], count=count)
    if line.type == OBJECTED and source.get("object") == "dispute":
        count = source["amount"] if line.amount < 0 else -source["amount"]
        return _moved(MovementKind.CHARGEBACK, line, source, reference=source["id"], count=count)
    return None


def _moved(
    kind: MovementKind,
    line: wire.Transaction,
    source: dict[str, Any],
    *,
    reference: str,
    count: int,
) -> Movement:
    return Movement(
        kind=kind,
        reference=reference,
        intent=name_of(source.get("payment_intent")) or "",
        amount=from_stripe(count, source["currency"]),
        occurred_at=moment(line.created),
    )
