"""Following: what the page of an order shows, as it is at one moment."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from guilder.checkout import (
    Fulfilment,
    FulfilmentStatus,
    OrderPaymentStatus,
    ParcelStatus,
    Pieces,
    Return,
    ReturnStatus,
    fulfilments_of,
    returns_of,
)
from guilder.db import Tx
from guilder.identity import TenantStatus
from guilder.kernel import Actor, ActorKind

from .document import paid_with, row_of, sums_of
from .links import Linked
from .reader import Reader
from .receipt import Receipt, receipt_of

PLAIN: Final = "plain"
PAYMENT_KINDS: Final = {OrderPaymentStatus.PAID: "good"}
FULFILMENT_KINDS: Final = {
    FulfilmentStatus.UNFULFILLED: "wait",
    FulfilmentStatus.PARTIALLY_FULFILLED: "wait",
    FulfilmentStatus.FULFILLED: "good",
}
RETURN_KINDS: Final = {ReturnStatus.RECEIVED: "good"}
"""How a status looks; any other is as plain as the rest."""


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """An order with its parcels and returns."""

    linked: Linked
    receipt: Receipt
    parcels: list[Fulfilment]
    returns: list[Return]

    @property
    def is_open(self) -> bool:
        """Whether anything may be written: a suspended tenant reads."""
        return self.receipt.tenant.status is TenantStatus.ACTIVE

    @property
    def is_shown(self) -> bool:
        """A cancelled tenant does not do that either."""
        return self.receipt.tenant.status is not TenantStatus.CANCELLED

    @property
    def is_undone(self) -> bool:
        """Whether nothing is left of the sale; an invoice would tell of all of it."""
        return self.receipt.whole.order.is_undone

    @property
    def buyer(self) -> Actor:
        """Who acts on the page: whoever has its address."""
        return Actor(kind=ActorKind.VISITOR, tenant_id=self.linked.tenant_id)


async def followed(tx: Tx, linked: Linked) -> Followed:
    """An order as its buyer follows it."""
    return Followed(
        linked=linked,
        receipt=await receipt_of(tx, linked.order_id),
        parcels=await fulfilments_of(tx, linked.order_id),
        returns=await returns_of(tx, linked.order_id),
    )


def shown(one: Followed, reader: Reader) -> dict[str, Any]:
    """What the page says, in the buyer's words."""
    receipt, words = one.receipt, reader.words
    order, lines = receipt.whole.order, receipt.whole.lines
    return {
        "number": order.number,
        "placed": words.page.placed.format(day=reader.day(order.created_at)),
        "payment": (
            words.payment_status[order.payment_status],
            PAYMENT_KINDS.get(order.payment_status, PLAIN),
        ),
        "fulfilment": (
            words.fulfilment_status[order.fulfilment_status],
            FULFILMENT_KINDS.get(order.fulfilment_status, PLAIN),
        ),
        "paid_with": paid_with(receipt, reader),
        "has_invoice": receipt.invoice is not None,
        "may_ask": receipt.invoice is None and one.is_open and not one.is_undone,
        "rows": [row_of(line, order.currency, reader) for line in lines],
        "sums": list(sums_of(receipt, reader)),
        "parcels": [_parcel(one, parcel, reader) for parcel in one.parcels],
        "returns": [_return(one, back, reader) for back in one.returns],
        "returnable": [
            {
                "id": str(line.id),
                "name": line.product_name,
                "note": line.variant_name or "",
                "left": line.returnable,
                "told": words.page.left_of.format(left=reader.number(line.returnable)),
            }
            for line in lines
            if line.returnable and one.is_open
        ],
    }


def _parcel(one: Followed, parcel: Fulfilment, reader: Reader) -> dict[str, Any]:
    words = reader.words.page
    told = [words.sent.format(day=reader.day(parcel.created_at))]
    if parcel.ended_at is not None:
        is_there = parcel.status is ParcelStatus.DELIVERED
        ended = words.arrived if is_there else words.called_back
        told.append(ended.format(day=reader.day(parcel.ended_at)))
    return {
        "told": told,
        "pieces": list(_pieces(one, parcel.lines, reader)),
        "carrier": " ".join(each for each in (parcel.carrier, parcel.tracking_number) if each),
        "url": parcel.tracking_url if parcel.status is not ParcelStatus.CANCELED else None,
    }


def _return(one: Followed, back: Return, reader: Reader) -> dict[str, Any]:
    words = reader.words
    return {
        "told": words.page.announced.format(day=reader.day(back.created_at)),
        "status": words.return_status[back.status] if back.ended_at else None,
        "kind": RETURN_KINDS.get(back.status, PLAIN),
        "pieces": list(_pieces(one, back.lines, reader)),
        "reason": back.reason,
    }


def _pieces(one: Followed, pieces: list[Pieces], reader: Reader) -> Iterator[tuple[str, str]]:
    names = {line.id: line.product_name for line in one.receipt.whole.lines}
    for piece in pieces:
        yield reader.number(piece.quantity), names[piece.line_id]
