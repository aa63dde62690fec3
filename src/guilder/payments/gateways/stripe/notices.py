"""What Stripe sends on its own, checked by its signature."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from guilder.payments.gateways.gateway import Notice, NoticeNotGenuine

from .outcomes import name_of

if TYPE_CHECKING:
    import stripe

SIGNATURE: Final = "stripe-signature"
OURS: Final = {"payment_intent", "checkout.session"}
"""By whose names we know payments: a page's, until its buyer has paid."""

MAX_AGE_SECONDS: Final = 300


def read_notice(
    client: "stripe.StripeClient", secret: str, sent: tuple[Mapping[str, str], bytes]
) -> Notice:
    """Read an event that bears Stripe's signature, made within the last minutes."""
    import stripe  # noqa: PLC0415 - slow to load

    headers, body = sent
    signature = next((value for name, value in headers.items() if name.lower() == SIGNATURE), None)
    try:
        event = client.construct_event(body, signature, secret, MAX_AGE_SECONDS).to_dict()
        return _notice(event["id"], event["type"], event["data"]["object"])
    except (stripe.SignatureVerificationError, LookupError, ValueError, TypeError, AttributeError):
        # A signature outside ASCII, or a body outside UTF-8, makes the SDK stumble in its own way.
        raise NoticeNotGenuine("Stripe did not sign this, or not lately") from None


def _notice(event: str, kind: str, about: dict[str, Any]) -> Notice:
    own = about.get("id") if about.get("object") in OURS else None
    return Notice(
        id=event,
        type=kind,
        intent=own or name_of(about.get("payment_intent")),
        dispute=about.get("id") if about.get("object") == "dispute" else None,
    )
