"""What is held: captured in one or several parts, or let go of."""

from typing import Final

from guilder.payments.gateways.gateway import Capture, Declined, Done, Outcome, Void

from .amounts import read, written
from .charges import close, read_order
from .client import Connection, Refused
from .documents import Empty, OrderDocument, PaymentDocument
from .outcomes import DONE, closed_for, of_payment, of_refusal

AUTHORIZATIONS: Final = "/v2/payments/authorizations"
VOIDED_BEFORE: Final = {"AUTHORIZATION_VOIDED", "PREVIOUSLY_VOIDED"}
CANCELED: Final = "canceled"


async def capture(paypal: Connection, order: Capture) -> Outcome:
    """Take a part of what is held, and never more.

    PayPal itself would take up to 115 % of what its buyer agreed to.
    """
    document = await read_order(paypal, order.intent)
    held = _held(order, document)
    if held is None or _left_minor(order, held, document) < order.amount.minor:
        return Declined(
            code="max_capture_amount_exceeded",
            message="That is more than what is still held.",
            intent=order.intent,
        )
    body = {
        "amount": written(order.amount),
        # A capture has no custom id of its own, so the attempt is the invoice.
        "invoice_id": str(order.id),
        "final_capture": order.is_final,
    }
    path = f"{AUTHORIZATIONS}/{held.id}/capture"
    try:
        taken, _ = await paypal.post(
            path, PaymentDocument, body=body, request_id=f"{order.id}:capture"
        )
    except Refused as refused:
        return of_refusal(refused, order.intent)
    return of_payment(taken, order.intent)


def captured(order: Capture, document: OrderDocument) -> Outcome | None:
    """What became of a capture."""
    found = [each for each in document.moved.captures if each.invoice_id == str(order.id)]
    return of_payment(found[0], order.intent) if found else None


async def void(paypal: Connection, order: Void) -> Outcome:
    """Let go of what is held, or of an order that waits for its buyer."""
    if order.held is None:
        return await _void_unpaid(paypal, order)
    done = Done(reference=order.held, intent=order.intent)
    path = f"{AUTHORIZATIONS}/{order.held}/void"
    try:
        await paypal.post(path, Empty, body={}, request_id=f"{order.id}:void")
    except Refused as refused:
        return done if refused.issue in VOIDED_BEFORE else of_refusal(refused, order.intent)
    return done


def voided(order: Void, document: OrderDocument) -> Outcome | None:
    """Whether it was let go of."""
    if order.held is None:
        is_void = closed_for(document) is not None
    else:
        held = [each for each in document.moved.authorizations if each.id == order.held]
        is_void = any(each.status == "VOIDED" for each in held)
    return Done(reference=order.held or order.intent, intent=order.intent) if is_void else None


async def _void_unpaid(paypal: Connection, order: Void) -> Outcome:
    document = await read_order(paypal, order.intent)
    try:
        await close(paypal, document, why=CANCELED)
    except Refused as refused:
        return of_refusal(refused, order.intent)
    return Done(reference=document.id, intent=order.intent)


def _held(order: Capture, document: OrderDocument) -> PaymentDocument | None:
    held = document.moved.authorizations
    return next((each for each in held if order.held in {None, each.id}), None)


def _left_minor(order: Capture, held: PaymentDocument, document: OrderDocument) -> int:
    """What is left for this capture; given again, it does not stand in its own way."""
    others = [
        read(each.amount)
        for each in document.moved.captures
        if each.invoice_id != str(order.id) and each.status in {*DONE, "PENDING"}
    ]
    return read(held.amount).minor - sum(each.minor for each in others)
