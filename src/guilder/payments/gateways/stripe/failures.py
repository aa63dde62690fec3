"""What a failed call to Stripe means: surely nothing happened, or nobody knows."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import httpx
import msgspec

from guilder.payments.gateways.gateway import Declined, GatewayUnavailable, OutcomeUnknown

from . import wire
from .outcomes import declined

if TYPE_CHECKING:
    import stripe

NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
IN_USE: Final = 409
UNEXPECTED_STATE: Final = "payment_intent_unexpected_state"
OF_THE_PAYMENT: Final = frozenset({
    UNEXPECTED_STATE,
    "amount_too_large",
    "amount_too_small",
    "capture_charge_authorization_expired",
    "charge_already_captured",
    "charge_already_refunded",
    "charge_disputed",
    "charge_exceeds_source_limit",
    "charge_expired_for_capture",
    "charge_not_refundable",
    "refund_disputed_payment",
})  # fmt: skip
"""What Stripe refuses because of how the payment stands, so that it will refuse it again."""


@contextmanager
def telling(lost: type[Exception]) -> Iterator[None]:
    """Say what a failed call means. `lost` is what an answer means that never came.

    The SDK's exceptions are not passed on: they carry bodies and headers that belong in no log.
    """
    import stripe  # noqa: PLC0415 - slow to load

    try:
        yield
    except stripe.StripeError as error:
        raise _meaning(error, lost) from None
    except msgspec.ValidationError as error:
        raise lost(f"Stripe's answer cannot be read: {error}") from None


def _meaning(error: "stripe.StripeError", lost: type[Exception]) -> Exception:
    import stripe  # noqa: PLC0415 - slow to load

    kind: type[Exception]
    match error:
        case stripe.APIConnectionError():
            kind = GatewayUnavailable if isinstance(error.__cause__, NEVER_SENT) else lost
            return kind(f"Stripe did not answer: {type(error.__cause__ or error).__name__}")
        case stripe.AuthenticationError() | stripe.PermissionError():
            kind, words = GatewayUnavailable, "Stripe does not accept the secret key for this"
        case stripe.IdempotencyError():
            kind, words = OutcomeUnknown, "Stripe was given another order by this id"
        case stripe.RateLimitError() if _code(error) != "lock_timeout":
            kind, words = GatewayUnavailable, "Stripe is asked too often"
        case stripe.InvalidRequestError() | stripe.CardError():
            kind, words = GatewayUnavailable, f"Stripe does not take this: {error.user_message}"
        case _ if error.http_status == IN_USE:
            kind, words = OutcomeUnknown, "The same order is underway at Stripe"
        case _:
            kind, words = lost, "Stripe failed"
    return kind(f"{words} ({_said(error)})")


def _said(error: "stripe.StripeError") -> str:
    """Which refusal it was, in words that hold no secret."""
    param = getattr(error, "param", None)
    parts = (
        _code(error) or type(error).__name__,
        f"at {param}" if param else "",
        error.request_id or "",
    )
    return " ".join(part for part in parts if part)


def _code(error: "stripe.StripeError") -> str | None:
    """The code of a refusal, which the SDK keeps in one place or the other."""
    return error.code or getattr(error.error, "code", None)


def refusal(
    error: "stripe.CardError | stripe.InvalidRequestError", *, parameters: Collection[str]
) -> Declined | None:
    """What is refused for a reason of the buyer's, the bank's, or the payment's own state.

    None: it is not the payment that is wrong, but our request or the account. The parameters are
    those where something wrong is the order's own fault.
    """
    import stripe  # noqa: PLC0415 - slow to load

    param = error.param or ""
    of_the_payment = error.code in OF_THE_PAYMENT or param in parameters
    if not isinstance(error, stripe.CardError) and not of_the_payment:
        return None
    failure = wire.Failure(
        code=error.code or f"{param}_not_accepted",
        decline_code=getattr(error.error, "decline_code", None),
        message=error.user_message,
    )
    return declined(failure, intent_of(error))


def intent_of(error: "stripe.StripeError") -> str | None:
    """The intent that a refusal is about."""
    body = error.json_body
    about = body.get("error", {}).get("payment_intent") if isinstance(body, dict) else None
    return about.get("id") if isinstance(about, dict) else None
