"""PayPal's own books: what moved in a span of time, and which order it moved for."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

from guilder.payments.gateways.gateway import Charge, Movement, MovementKind

from .amounts import read
from .client import Client, Connection, Refused
from .documents import Page, PaymentDocument, Transaction

LONGEST_SPAN: Final = timedelta(days=31)
ENTRIES_OF_A_PAGE: Final = 500
TOO_MANY: Final = "RESULTSET_TOO_LARGE"
SHORTEST_SPAN: Final = timedelta(seconds=2)

KEYS_ARE_SURE: Final = timedelta(hours=5)
"""PayPal remembers for six hours which order was made under a request id."""

CHARGEBACKS: Final = {"T1106", "T1201"}
SUCCEEDED: Final = "S"


async def movements(client: Client, since: datetime, until: datetime) -> AsyncIterator[Movement]:
    """What moved in a span of time, each line once, with the order it belongs to."""
    seen: set[str] = set()
    orders: dict[str, str] = {}
    async for entry in _entries(client, since, until):
        kind = _kind(entry)
        if kind is None or entry.transaction_id in seen:
            continue
        seen.add(entry.transaction_id)
        captured = _captured(entry, kind)
        if captured not in orders:
            async with client.connect() as paypal:
                orders[captured] = await order_of_capture(paypal, captured) or captured
        amount = read(entry.transaction_amount)
        yield Movement(
            kind=kind,
            reference=entry.transaction_id,
            intent=orders[captured],
            amount=amount if amount.minor >= 0 else -amount,
            occurred_at=entry.transaction_initiation_date,
        )


def is_old(order: Charge, now: datetime) -> bool:
    """Whether PayPal may have forgotten that this charge was given before."""
    made_at = _made_at(order)
    return made_at is not None and now - made_at >= KEYS_ARE_SURE


async def forgotten(client: Client, order: Charge, now: datetime) -> str | None:
    """The order that was taken for a charge, of which PayPal no longer knows the request id.

    A charge of our own bears the time at which it was made. As long as PayPal
    surely remembers, there is nothing to look for, nor would the books show it yet.
    """
    made_at = _made_at(order)
    if made_at and not is_old(order, now):
        return None
    since = made_at - timedelta(days=1) if made_at else now - LONGEST_SPAN
    until = min(since + LONGEST_SPAN, now)
    async for entry in _entries(client, since, until, only_balance=False):
        if entry.custom_field == str(order.id):
            kind = "authorizations" if entry.transaction_event_code.startswith("T13") else None
            async with client.connect() as paypal:
                return await _order_of(paypal, kind or "captures", entry.transaction_id)
    return None


async def order_of_capture(paypal: Connection, capture: str) -> str | None:
    """Which order a capture belongs to; PayPal also shows payments that are none of ours."""
    return await _order_of(paypal, "captures", capture)


async def order_of_refund(paypal: Connection, refund: PaymentDocument) -> str | None:
    """Which order a refund belongs to."""
    capture = refund.parent("captures")
    return await order_of_capture(paypal, capture) if capture else None


def named_order(payment: PaymentDocument) -> str | None:
    """The order that a document names itself."""
    return payment.supplementary_data.related_ids.order_id or payment.parent("orders")


async def _order_of(paypal: Connection, kind: str, name: str) -> str | None:
    try:
        payment = await paypal.get(f"/v2/payments/{kind}/{name}", PaymentDocument)
    except Refused:
        return None
    if order := named_order(payment):
        return order
    held = payment.parent("authorizations")
    return await _order_of(paypal, "authorizations", held) if held else None


async def _entries(
    client: Client, since: datetime, until: datetime, *, only_balance: bool = True
) -> AsyncIterator[Transaction]:
    while since < until:
        end = min(since + LONGEST_SPAN, until)
        async for entry in _span(client, since, end, only_balance=only_balance):
            yield entry
        since = end


async def _span(
    client: Client, since: datetime, until: datetime, *, only_balance: bool
) -> AsyncIterator[Transaction]:
    page, pages = 1, 1
    while page <= pages:
        try:
            async with client.connect() as paypal:
                found = await _page(paypal, since, until, page=page, only_balance=only_balance)
        except _TooManyEntries:
            middle = since + (until - since) / 2
            for start, end in ((since, middle), (middle, until)):
                async for entry in _span(client, start, end, only_balance=only_balance):
                    yield entry
            return
        for line in found.transaction_details:
            yield line.transaction_info
        page, pages = page + 1, found.total_pages


class _TooManyEntries(Exception):
    """A span has more entries than PayPal shows at once."""


async def _page(
    paypal: Connection, since: datetime, until: datetime, *, page: int, only_balance: bool
) -> Page:
    query = {
        "start_date": _instant(since),
        "end_date": _instant(until),
        "fields": "transaction_info",
        "page_size": str(ENTRIES_OF_A_PAGE),
        "page": str(page),
        "balance_affecting_records_only": "Y" if only_balance else "N",
    }
    try:
        return await paypal.get("/v1/reporting/transactions", Page, query)
    except Refused as refusal:
        if refusal.issue == TOO_MANY and until - since >= SHORTEST_SPAN:
            raise _TooManyEntries from None
        raise


def _kind(entry: Transaction) -> MovementKind | None:
    code, is_out = entry.transaction_event_code, entry.transaction_amount.value.startswith("-")
    if entry.transaction_status != SUCCEEDED:
        return None
    if code.startswith("T00") and not is_out:
        return MovementKind.CAPTURE
    if code == "T1107" and is_out:
        return MovementKind.REFUND
    if code in CHARGEBACKS and is_out:
        return MovementKind.CHARGEBACK
    return None


def _captured(entry: Transaction, kind: MovementKind) -> str:
    if kind is not MovementKind.CAPTURE and entry.paypal_reference_id:
        return entry.paypal_reference_id
    return entry.transaction_id


def _made_at(order: Charge) -> datetime | None:
    """The first 48 bits of a UUID of version 7 are milliseconds."""
    if order.id.version != 7:  # noqa: PLR2004 - the version that tells the time
        return None
    return datetime.fromtimestamp((order.id.int >> 80) / 1000, UTC)


def _instant(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
