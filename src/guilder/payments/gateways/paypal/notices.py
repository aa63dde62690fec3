"""Notices: what PayPal tells on its own, believed only with its signature.

PayPal signs `id|time|webhook|crc32 of the body`. It does not say whether a notice
that it sends again bears a new time, and goes on for three days, so a notice may be
as old as that. To play one back within that time gains nothing: a notice has an id,
and is a reason to ask, never the truth itself.
"""

import binascii
import zlib
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from guilder.payments.gateways.gateway import Notice, NoticeNotGenuine

from .books import named_order, order_of_capture, order_of_refund
from .certificates import Certificates
from .client import Connection
from .documents import DisputeDocument, Event, PaymentDocument

OLDEST: Final = timedelta(days=3, hours=1)
"""PayPal sends a notice up to 25 times within three days, and the last one takes its time."""

AHEAD: Final = timedelta(minutes=5)
"""How far PayPal's clock may be ahead of ours."""

ALGORITHM: Final = "SHA256withRSA"


async def check(
    headers: Mapping[str, str],
    body: bytes,
    *,
    certificates: Certificates,
    webhook_id: str,
    now: datetime,
) -> None:
    """Refuse a notice that PayPal did not sign for this webhook, or signed too long ago."""
    given = {name.lower(): value for name, value in headers.items()}
    try:
        transmission = given["paypal-transmission-id"]
        written_at = given["paypal-transmission-time"]
        address = given["paypal-cert-url"]
        algorithm = given["paypal-auth-algo"]
        signature = b64decode(given["paypal-transmission-sig"], validate=True)
        sent_at = datetime.fromisoformat(written_at)
    except (KeyError, ValueError, binascii.Error):
        raise NoticeNotGenuine("The notice is not signed as PayPal signs.") from None
    if algorithm != ALGORITHM:
        raise NoticeNotGenuine("PayPal signs by another algorithm.")
    if sent_at.tzinfo is None or not now - OLDEST <= sent_at <= now + AHEAD:
        raise NoticeNotGenuine("The notice was sent too long ago.")
    signed = f"{transmission}|{written_at}|{webhook_id}|{zlib.crc32(body)}"
    key = await certificates.key_at(address)
    try:
        key.verify(signature, signed.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        raise NoticeNotGenuine("The signature is not PayPal's.") from None


def read_event(body: bytes) -> Event:
    """What a genuine notice tells of."""
    try:
        return msgspec.json.decode(body, type=Event)
    except msgspec.DecodeError:
        raise NoticeNotGenuine("The notice is not one of PayPal's.") from None


async def read(paypal: Connection, event: Event) -> Notice:
    """Which payment and which dispute a notice is about."""
    dispute = event.resource_type == "dispute"
    try:
        intent = await _intent(paypal, event)
    except msgspec.ValidationError:
        # It is genuine, and about something of another time or kind than our orders.
        intent = None
    return Notice(
        id=event.id,
        type=event.event_type,
        intent=intent,
        dispute=event.resource.get("dispute_id") if dispute else None,
    )


async def _intent(paypal: Connection, event: Event) -> str | None:
    if event.resource_type == "checkout-order":
        name = event.resource.get("id")
        return name if isinstance(name, str) else None
    if event.resource_type == "dispute":
        dispute = msgspec.convert(event.resource, DisputeDocument)
        captured = [each.seller_transaction_id for each in dispute.disputed_transactions]
        return await order_of_capture(paypal, captured[0]) if captured and captured[0] else None
    if event.resource_type in {"authorization", "capture", "refund"}:
        payment = msgspec.convert(event.resource, PaymentDocument)
        if order := named_order(payment):
            return order
        if event.resource_type == "refund":
            return await order_of_refund(paypal, payment)
        return await order_of_capture(paypal, payment.id)
    name = event.resource.get("order_id")
    return name if isinstance(name, str) else None
