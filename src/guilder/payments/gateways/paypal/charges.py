"""Charges: an order is placed, perhaps approved by its buyer, and taken."""

import re
from contextlib import suppress
from typing import Any, Final

from guilder.payments.gateways.gateway import (
    ActionNeeded,
    Charge,
    Declined,
    GatewayUnavailable,
    Outcome,
    OutcomeUnknown,
    Underway,
)
from guilder.payments.gateways.statement import on_statement

from .amounts import written
from .client import Connection, Refused
from .documents import OrderDocument
from .outcomes import (
    CLOSED,
    NEVER_ARRIVED,
    address_for_buyer,
    closed_for,
    failed_to_prove,
    of_charge,
    of_refusal,
)
from .sources import addresses, source_of

ORDERS: Final = "/v2/checkout/orders"

TAKEN_OR_CLOSED: Final = {
    "ACTION_DOES_NOT_MATCH_INTENT",
    "ORDER_ALREADY_AUTHORIZED",
    "ORDER_ALREADY_CAPTURED",
    "ORDER_ALREADY_COMPLETED",
    "ORDER_COMPLETED_OR_VOIDED",
}
ASKS_THE_BUYER: Final = {"ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"}

LONGEST_DESCRIPTOR: Final = 22
IN_DESCRIPTORS: Final = re.compile(r"[A-Za-z0-9 .*-]")
LONGEST_DESCRIPTION: Final = 127


async def charge(paypal: Connection, order: Charge) -> Outcome:
    """Place an order, and take it at once where that needs no buyer."""
    if order.intent:
        document, is_new = await read_order(paypal, order.intent), False
    else:
        document, is_new = await place(paypal, order)
    if order.token:
        return await _take_from(paypal, order, document)
    if not is_new:
        document = await read_order(paypal, document.id)
    return await go_on(paypal, order, document) or _closed(document, NEVER_ARRIVED)


async def place(paypal: Connection, order: Charge) -> tuple[OrderDocument, bool]:
    """Make the order, or read the answer of then, if PayPal remembers that we made it."""
    unit: dict[str, Any] = {
        "reference_id": str(order.payment_id),
        "invoice_id": str(order.payment_id),
        "custom_id": str(order.id),
        "amount": written(order.amount),
    }
    if order.description:
        unit["description"] = order.description[:LONGEST_DESCRIPTION]
    descriptor = on_statement(
        order.statement_descriptor, taken=IN_DESCRIPTORS, most=LONGEST_DESCRIPTOR
    )
    if descriptor:
        unit["soft_descriptor"] = descriptor
    body: dict[str, Any] = {"intent": _intent(order), "purchase_units": [unit]}
    if order.token is None and order.return_url:
        context = {"user_action": "PAY_NOW", "shipping_preference": "NO_SHIPPING"}
        context |= addresses(order.return_url)
        body["payment_source"] = {"paypal": {"experience_context": context}}
    return await paypal.post(ORDERS, OrderDocument, body=body, request_id=f"{order.id}:order")


async def go_on(paypal: Connection, order: Charge, document: OrderDocument) -> Outcome | None:
    """What became of an order, going on where its buyer has agreed. None: it is never taken."""
    if outcome := of_charge(order, document):
        return outcome
    if why := closed_for(document):
        return None if why == NEVER_ARRIVED else _closed(document, why)
    if failed_to_prove(document):
        return await _give_up(paypal, document, _not_proven(document))
    if document.status == "APPROVED":
        return await _take(paypal, order, document, body={})
    url = address_for_buyer(document.links)
    if url and (order.token is None or document.status == "PAYER_ACTION_REQUIRED"):
        return ActionNeeded(intent=document.id, url=url)
    return await _never_taken(paypal, order, document)


async def read_order(paypal: Connection, intent: str) -> OrderDocument:
    """An order as it is now."""
    return await paypal.get(f"{ORDERS}/{intent}", OrderDocument)


async def close(paypal: Connection, document: OrderDocument, *, why: str) -> None:
    """See to it that nobody takes this order: its intent is turned, and it says that it is closed.

    PayPal cannot cancel an order, but it takes none by another intent than its own.
    """
    if closed_for(document):
        return
    unit = f"/purchase_units/@reference_id=='{document.unit.reference_id}'"
    turned = "AUTHORIZE" if document.intent == "CAPTURE" else "CAPTURE"
    mark = f"{CLOSED}:{why}:{document.unit.custom_id or ''}"
    await paypal.patch(
        f"{ORDERS}/{document.id}",
        [
            {"op": "replace", "path": "/intent", "value": turned},
            {"op": "replace", "path": f"{unit}/custom_id", "value": mark},
        ],
    )


async def _take_from(paypal: Connection, order: Charge, document: OrderDocument) -> Outcome:
    try:
        source = await source_of(paypal, order)
    except Refused as refusal:
        return await _give_up(paypal, document, of_refusal(refusal, document.id))
    return await _take(paypal, order, document, body={"payment_source": source})


async def _take(
    paypal: Connection, order: Charge, document: OrderDocument, *, body: dict[str, Any]
) -> Outcome:
    verb = "capture" if order.is_captured else "authorize"
    # An order may be refused for want of its buyer, and be taken when he has agreed.
    name = verb if body else f"{verb}-approved"
    try:
        taken, _ = await paypal.post(
            f"{ORDERS}/{document.id}/{verb}",
            OrderDocument,
            body=body,
            request_id=f"{order.id}:{name}",
        )
    except Refused as refusal:
        return await _after(paypal, order, document, refusal=refusal)
    return of_charge(order, taken) or Underway(intent=document.id)


async def _after(
    paypal: Connection, order: Charge, document: OrderDocument, *, refusal: Refused
) -> Outcome:
    if refusal.issue in TAKEN_OR_CLOSED:
        now = await read_order(paypal, document.id)
        why = closed_for(now)
        closed = _closed(now, why) if why else of_refusal(refusal, document.id)
        return of_charge(order, now) or closed
    if refusal.issue in ASKS_THE_BUYER and not order.is_off_session:
        url = address_for_buyer(refusal.links)
        url = url or address_for_buyer((await read_order(paypal, document.id)).links)
        if url:
            return ActionNeeded(intent=document.id, url=url)
    return await _give_up(paypal, document, of_refusal(refusal, document.id))


async def _give_up(paypal: Connection, document: OrderDocument, declined: Declined) -> Declined:
    """PayPal would let a declined order be taken again, so it is closed, as far as that goes."""
    with suppress(Refused, GatewayUnavailable, OutcomeUnknown):
        await close(paypal, document, why=declined.code)
    return declined


async def _never_taken(
    paypal: Connection, order: Charge, document: OrderDocument
) -> Outcome | None:
    try:
        await close(paypal, document, why=NEVER_ARRIVED)
    except Refused as refusal:
        # The call of which nothing was known has arrived in this very moment.
        if outcome := of_charge(order, await read_order(paypal, document.id)):
            return outcome
        raise OutcomeUnknown(str(refusal)) from None
    return None


def _intent(order: Charge) -> str:
    return "CAPTURE" if order.is_captured else "AUTHORIZE"


def _closed(document: OrderDocument, why: str) -> Declined:
    return Declined(code=why, message="It was not taken, and will not be.", intent=document.id)


def _not_proven(document: OrderDocument) -> Declined:
    return Declined(
        code="authentication_failed",
        message="The buyer was not recognised as the owner of the card.",
        intent=document.id,
    )


def expired(intent: str) -> Declined:
    """An order that PayPal does not know any more: its buyer did not agree in time."""
    return Declined(code="order_expired", message="The buyer did not agree.", intent=intent)
