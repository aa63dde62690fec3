"""What a buyer pays with: an instrument in PayPal's vault, and keeping one there."""

from hashlib import sha256
from typing import Any, Final

from guilder.payments.gateways.gateway import Charge, Instrument

from .client import Connection, Refused
from .documents import PaymentToken
from .outcomes import instrument_of

VAULT: Final = "/v3/vault/payment-tokens"
KINDS: Final = ("card", "paypal")


async def source_of(paypal: Connection, order: Charge) -> dict[str, Any]:
    """The payment source of a charge. Our own tokens tell their kind, others are looked up."""
    kind, _, name = (order.token or "").rpartition(":")
    if kind not in KINDS:
        kept = await _kept(paypal, name, order.customer)
        kind, name = _kind(kept), kept.id
    source: dict[str, Any] = {"vault_id": name}
    if credential := _credential(kind, order):
        source["stored_credential"] = credential
    if order.return_url:
        source["experience_context"] = addresses(order.return_url)
    return {kind: source}


def addresses(return_url: str) -> dict[str, str]:
    """Where the buyer comes back to, having agreed or not."""
    return {"return_url": return_url, "cancel_url": return_url}


async def save(paypal: Connection, token: str, customer: str | None) -> tuple[str, str, Instrument]:
    """Keep an instrument that a buyer has shown: one in the vault already, or a set-up one."""
    kept = await _kept(paypal, token.rpartition(":")[2], customer)
    looks = instrument_of(kept.payment_source) or Instrument(type="paypal")
    return f"{_kind(kept)}:{kept.id}", kept.customer.id, looks


async def forget(paypal: Connection, token: str) -> None:
    """Have the vault forget an instrument; one that it never knew is forgotten already."""
    try:
        await paypal.delete(f"{VAULT}/{token.rpartition(':')[2]}")
    except Refused as refusal:
        if not refusal.is_missing:
            raise


async def _kept(paypal: Connection, name: str, customer: str | None) -> PaymentToken:
    try:
        return await paypal.get(f"{VAULT}/{name}", PaymentToken)
    except Refused as refusal:
        if not refusal.is_missing:
            raise
    body: dict[str, Any] = {"payment_source": {"token": {"id": name, "type": "SETUP_TOKEN"}}}
    if customer:
        body["customer"] = {"id": customer}
    told = sha256(f"{name} {customer or ''}".encode()).hexdigest()
    kept, _ = await paypal.post(VAULT, PaymentToken, body=body, request_id=f"{told[:32]}:keep")
    return kept


def _kind(kept: PaymentToken) -> str:
    return "card" if kept.payment_source.card else "paypal"


def _credential(kind: str, order: Charge) -> dict[str, str] | None:
    if kind == "card":
        return {
            "payment_initiator": "MERCHANT" if order.is_off_session else "CUSTOMER",
            "payment_type": "UNSCHEDULED" if order.is_off_session else "ONE_TIME",
            "usage": "SUBSEQUENT",
        }
    if order.is_off_session:
        return {"payment_initiator": "MERCHANT", "usage": "SUBSEQUENT"}
    return None
