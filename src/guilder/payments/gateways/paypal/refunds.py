"""What was taken is given back, whole or in parts, by us or in PayPal's own dashboard."""

from guilder.payments.gateways.gateway import Declined, Outcome, Refund, RefundReport

from .amounts import read, written
from .charges import read_order
from .client import Connection, Refused
from .documents import OrderDocument, PaymentDocument
from .outcomes import of_payment, of_refusal


async def refund(paypal: Connection, order: Refund) -> Outcome:
    """Give back of a capture. PayPal sees to it that it is never more than what was taken."""
    taken = order.taken or await _taken(paypal, order.intent)
    if taken is None:
        return Declined(code="nothing_captured", message="Nothing was taken.", intent=order.intent)
    # PayPal would show a note to the buyer; a reason is not written for him.
    body = {"amount": written(order.amount), "custom_id": str(order.id)}
    path = f"/v2/payments/captures/{taken}/refund"
    try:
        returned, _ = await paypal.post(
            path, PaymentDocument, body=body, request_id=f"{order.id}:refund"
        )
    except Refused as refused:
        return of_refusal(refused, order.intent)
    return of_payment(returned, order.intent)


def refunded(order: Refund, document: OrderDocument) -> Outcome | None:
    """What became of a refund."""
    found = [each for each in document.moved.refunds if each.custom_id == str(order.id)]
    return of_payment(found[0], order.intent) if found else None


def reports(document: OrderDocument) -> list[RefundReport]:
    """How every refund of an order stands, by whomever it was made."""
    return [
        RefundReport(
            reference=each.id,
            amount=read(each.amount),
            outcome=of_payment(each, document.id),
        )
        for each in document.moved.refunds
    ]


async def _taken(paypal: Connection, intent: str) -> str | None:
    taken = (await read_order(paypal, intent)).moved.captures
    return taken[0].id if taken else None
