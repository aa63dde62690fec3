"""How an order is written for Stripe, with its key and the mark that it leaves there."""

import re
from typing import TYPE_CHECKING, Any, Final

from guilder.payments.gateways.gateway import Capture, Charge, Order, Refund, Void
from guilder.payments.gateways.statement import on_statement

from . import wire
from .amounts import to_stripe

if TYPE_CHECKING:
    import stripe

ATTEMPT: Final = "guilder_attempt"
PAYMENT: Final = "guilder_payment"
CAPTURE_MARK: Final = "capture_"
RELEASE_MARK: Final = "release_"

REASONS: Final = {"duplicate", "fraudulent", "requested_by_customer"}
GIVEN_UP: Final = "abandoned"
MAX_DESCRIPTION: Final = 1000
MAX_NAME: Final = 250
UNNAMED: Final = "Payment"
"""What is bought, for Stripe's page, where nobody said."""

MAX_DESCRIPTOR: Final = 22
MAX_REASON: Final = 500
ON_STATEMENTS: Final = re.compile(r"[^<>\\'\"*\x00-\x1f\x7f]")


def key(order: Order, step: str) -> "stripe.RequestOptions":
    """What makes a step of an order happen once."""
    return {"idempotency_key": f"{order.id}:{step}"}


def intent(order: Charge, *, has_several_captures: bool) -> Any:
    """The first step of a charge, which moves nothing."""
    written = {
        "amount": to_stripe(order.amount),
        "currency": order.amount.currency.lower(),
        "payment_method": order.token,
        "automatic_payment_methods": {
            "enabled": True,
            "allow_redirects": "always" if can_redirect(order) else "never",
        },
    }
    return written | _taking(order) | _who_and_how(order, in_parts=has_several_captures)


def page(order: Charge, *, has_several_captures: bool) -> Any:
    """A page of Stripe's for the same, where the buyer says what to pay with."""
    what = ((order.description or "").strip() or UNNAMED)[:MAX_NAME]
    price = {
        "currency": order.amount.currency.lower(),
        "unit_amount": to_stripe(order.amount),
        "product_data": {"name": what},
    }
    written = {
        "mode": "payment",
        "client_reference_id": str(order.payment_id),
        "line_items": [{"price_data": price, "quantity": 1}],
        "success_url": order.return_url,
        "cancel_url": order.return_url,
        "metadata": marks(order),
        "payment_intent_data": _taking(order),
    }
    return written | _who_and_how(order, in_parts=has_several_captures)


def _taking(order: Charge) -> dict[str, Any]:
    """When it is taken, and what is told of it."""
    written: dict[str, Any] = {
        "capture_method": "automatic" if order.is_captured else "manual",
        "metadata": marks(order),
    }
    if order.description:
        written["description"] = order.description[:MAX_DESCRIPTION]
    descriptor = on_statement(order.statement_descriptor, taken=ON_STATEMENTS, most=MAX_DESCRIPTOR)
    if descriptor:
        written["statement_descriptor_suffix"] = descriptor
    return written


def _who_and_how(order: Charge, *, in_parts: bool) -> dict[str, Any]:
    """Whose instruments it may be paid with, and whether it may be taken in parts."""
    written: dict[str, Any] = {"customer": order.customer} if order.customer else {}
    if in_parts and not order.is_captured:
        written["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
    return written


def can_redirect(order: Charge) -> bool:
    """Whether the buyer is there to be sent somewhere, and can come back."""
    return order.return_url is not None and not order.is_off_session


def confirmation(order: Charge) -> Any:
    """The second step of a charge, which moves money."""
    if order.is_off_session:
        return {"off_session": True}
    return {"return_url": order.return_url} if can_redirect(order) else {}


def capture(order: Capture) -> Any:
    """A capture, which leaves the mark of its order with its amount."""
    count = to_stripe(order.amount)
    written: dict[str, Any] = {
        "amount_to_capture": count,
        "metadata": {capture_mark(order): str(count)},
    }
    # Only accounts that may capture several times may speak of it.
    return written if order.is_final else written | {"final_capture": False}


def refund(order: Refund) -> Any:
    """A refund, which bears the mark of its order. Reasons in other words go beside it."""
    written: dict[str, Any] = {
        "payment_intent": order.intent,
        "amount": to_stripe(order.amount),
        "metadata": marks(order),
    }
    if order.reason in REASONS:
        written["reason"] = order.reason
    elif order.reason:
        written["metadata"]["reason"] = order.reason[:MAX_REASON]
    return written


def release(order: Void) -> Any:
    """A last capture of nothing, which lets go of the rest."""
    return {
        "amount_to_capture": 0,
        "final_capture": True,
        "metadata": {release_mark(order): "1"},
    }


def search(order: Charge) -> Any:
    """How to find what an order made when its key is forgotten."""
    return {"query": f"metadata['{ATTEMPT}']:'{order.id}'"}


def marks(order: Order) -> dict[str, str]:
    """What an order leaves on what it makes."""
    return {PAYMENT: str(order.payment_id), ATTEMPT: str(order.id)}


def capture_mark(order: Capture) -> str:
    """The mark of a capture: one key of metadata each, as Stripe merges them."""
    return f"{CAPTURE_MARK}{order.id.hex}"


def release_mark(order: Void) -> str:
    """The mark of a release."""
    return f"{RELEASE_MARK}{order.id.hex}"


def is_unconfirmed(made: wire.Intent) -> bool:
    """Whether the second step of a charge never came."""
    if made.status == "requires_payment_method":
        return made.last_payment_error is None
    return made.status == "requires_confirmation"


def is_given_up(made: wire.Intent) -> bool:
    """Whether we have seen to it that it is never confirmed."""
    is_canceled = made.status == "canceled" and made.cancellation_reason == GIVEN_UP
    return is_canceled and made.latest_charge is None
