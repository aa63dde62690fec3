"""What PayPal's documents and refusals say of an order."""

from typing import Final

from guilder.payments.gateways.gateway import (
    Charge,
    Declined,
    Done,
    GatewayUnavailable,
    Instrument,
    Outcome,
    Underway,
)

from .amounts import read
from .client import Refused
from .documents import Link, OrderDocument, PaymentDocument, Source

DONE: Final = {
    "COMPLETED",
    "PARTIALLY_REFUNDED",
    "REFUNDED",
    "CREATED",
    "CAPTURED",
    "PARTIALLY_CAPTURED",
    "VOIDED",
}
"""VOIDED stands for an authorization that was granted, and let go of later."""

NOT_DONE: Final = {"DECLINED", "DENIED", "FAILED", "CANCELLED", "EXPIRED"}

DECLINES: Final = {
    "00N7": "cvv2_failure",
    "0390": "account_not_found",
    "0500": "do_not_honor",
    "0580": "unauthorized_transaction",
    "1330": "invalid_account",
    "1352": "restricted_or_inactive_account",
    "1380": "invalid_expiration",
    "5100": "generic_decline",
    "5110": "cvv2_failure",
    "5120": "insufficient_funds",
    "5140": "card_closed",
    "5150": "pickup_card",
    "5180": "invalid_or_restricted_card",
    "5400": "expired_card",
    "5650": "authentication_required",
    "5700": "transaction_not_permitted",
    "9100": "try_again_later",
    "9500": "suspected_fraud",
    "9520": "lost_or_stolen",
    "9540": "refused_card",
}
"""What the bank said of a card, in words, as PayPal lists them."""

OF_THE_MERCHANT: Final = {
    "AUTH_CAPTURE_NOT_ENABLED",
    "INVALID_ACCOUNT_STATUS",
    "NOT_ENABLED_FOR_CARD_PROCESSING",
    "NOT_ENABLED_TO_VAULT_PAYMENT_SOURCE",
    "PAYEE_ACCOUNT_INVALID",
    "PAYEE_ACCOUNT_LOCKED_OR_CLOSED",
    "PAYEE_ACCOUNT_NOT_VERIFIED",
    "PAYEE_ACCOUNT_RESTRICTED",
    "PAYEE_NOT_ENABLED_FOR_CARD_PROCESSING",
    "PERMISSION_DENIED",
    "NOT_AUTHORIZED",
}
"""Refusals that tell of the merchant's account: another buyer would hear the same."""

CLOSED: Final = "closed"
NEVER_ARRIVED: Final = "never_arrived"
"""An order that nobody shall take any more says so, and why, before its custom id."""


def of_charge(order: Charge, document: OrderDocument) -> Outcome | None:
    """What became of a charge, or None if nothing moved for it yet."""
    moved = document.moved
    first = (moved.captures if order.is_captured else moved.authorizations)[:1]
    if first:
        return of_payment(first[0], document.id, document.payment_source)
    if document.status == "VOIDED":
        return Declined(code="voided", message="PayPal voided the order.", intent=document.id)
    return None


def of_payment(
    payment: PaymentDocument, intent: str, source: Source | None = None
) -> Done | Declined | Underway:
    """What became of an authorization, a capture or a refund."""
    if payment.status in NOT_DONE:
        return _declined(payment, intent)
    if payment.status not in DONE:
        return Underway(intent=intent)
    return Done(
        reference=payment.id,
        intent=intent,
        fee_minor=_fee_minor(payment),
        instrument=instrument_of(source),
        expires_at=payment.expiration_time,
    )


def of_refusal(refusal: Refused, intent: str | None) -> Declined:
    """A refusal as a decline; one that is not about this order means that it was not looked at."""
    if not refusal.is_decision or refusal.issue in OF_THE_MERCHANT:
        raise GatewayUnavailable(str(refusal)) from None
    return Declined(code=refusal.issue.lower(), message=refusal.message, intent=intent)


def instrument_of(source: Source | None) -> Instrument | None:
    """What the buyer paid with."""
    if source and source.card:
        year, _, month = (source.card.expiry or "").partition("-")
        return Instrument(
            type="card",
            brand=source.card.brand.lower() if source.card.brand else None,
            last_four=source.card.last_digits,
            expiry_month=int(month) if month.isdecimal() else None,
            expiry_year=int(year) if year.isdecimal() else None,
        )
    if source and source.paypal:
        address = source.paypal.address
        return Instrument(
            type="paypal",
            fingerprint=source.paypal.account_id or source.paypal.payer_id,
            country=address.country_code if address else None,
        )
    return None


def failed_to_prove(document: OrderDocument) -> bool:
    """Whether the buyer's bank said that this is not the owner of the card."""
    card = document.payment_source.card if document.payment_source else None
    proof = card.authentication_result.three_d_secure.authentication_status if card else None
    return proof in {"N", "R"}


def closed_for(document: OrderDocument) -> str | None:
    """Why we closed this order, if we did."""
    mark, _, rest = (document.unit.custom_id or "").partition(":")
    return rest.partition(":")[0] if mark == CLOSED else None


def address_for_buyer(links: list[Link]) -> str | None:
    """Where the buyer has to go."""
    return next((link.href for link in links if link.rel in {"payer-action", "approve"}), None)


def _declined(payment: PaymentDocument, intent: str) -> Declined:
    said = payment.processor_response.response_code if payment.processor_response else None
    if said:
        code = DECLINES.get(said, f"processor_{said.lower()}")
        return Declined(code=code, message=f"The bank answered {said}.", intent=intent)
    code = payment.status.lower()
    return Declined(code=code, message=f"PayPal calls it {code}.", intent=intent)


def _fee_minor(payment: PaymentDocument) -> int | None:
    breakdown = payment.seller_receivable_breakdown
    fee = breakdown.paypal_fee if breakdown else None
    if fee is None or fee.currency_code != payment.amount.currency_code:
        return None
    return read(fee).minor
