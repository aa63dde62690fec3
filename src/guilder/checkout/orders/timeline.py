"""The timeline: what happened to an order, in words, from the rows that it left."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum, auto
from typing import Final

import msgspec

from guilder import payments
from guilder.checkout.sessions import OrderId
from guilder.db import Tx, sql
from guilder.kernel import Money, TenantId
from guilder.payments import Transaction, TransactionStatus, TransactionType

from .order import WholeOrder


class Moment(msgspec.Struct, frozen=True):
    """One thing that happened, and who brought it about."""

    at: datetime
    text: str
    actor: str


class Kind(StrEnum):
    """What happened."""

    REFUND = auto()
    SHIPPED = auto()
    DELIVERED = auto()
    CALLED_BACK = auto()
    REQUESTED = auto()
    RECEIVED = auto()
    REJECTED = auto()
    KEPT = auto()
    CANCELED = auto()


TOLD: Final = {
    Kind.REFUND: "A refund of {amount} was asked for{why}.",
    Kind.SHIPPED: "{pieces} went out{why}.",
    Kind.DELIVERED: "{pieces} arrived{why}.",
    Kind.CALLED_BACK: "The parcel with {pieces} was called back{why}.",
    Kind.REQUESTED: "The return of {pieces} was announced{why}.",
    Kind.RECEIVED: "{pieces} came back.",
    Kind.REJECTED: "The return of {pieces} was rejected.",
    Kind.KEPT: "The return of {pieces} was canceled.",
    Kind.CANCELED: "The order was canceled{why}.",
}


class Happening(msgspec.Struct, frozen=True):
    """A row of what came after the sale, as far as it is told."""

    at: datetime
    kind: Kind
    amount_minor: int | None
    pieces: int | None
    words: str | None
    actor: str


async def timeline(tx: Tx, whole: WholeOrder) -> list[Moment]:
    """Tell an order's story, from its beginning."""
    order = whole.order
    placed = f"Order {order.number} of {order.total} was placed."
    moments = [Moment(order.created_at, placed, order.created_by)]
    found = await happenings_of(tx, tenant_id=tx.tenant_id, order_id=order.id)
    moments += [Moment(one.at, _told(one, whole), one.actor) for one in found]
    if order.payment_id is not None:
        moved = await payments.transactions_of(
            tx, tenant_id=tx.tenant_id, payment_id=order.payment_id
        )
        moments += _given_back(moved)
    return sorted(moments, key=lambda moment: moment.at)


def _told(one: Happening, whole: WholeOrder) -> str:
    return TOLD[one.kind].format(
        amount=Money(one.amount_minor or 0, whole.order.currency),
        pieces="1 piece" if one.pieces == 1 else f"{one.pieces} pieces",
        why=f" ({one.words})" if one.words else "",
    )


def _given_back(moved: Sequence[Transaction]) -> list[Moment]:
    """What became of refunds at the gateway, those too that were asked for at the payment."""
    moments = []
    for one in moved:
        if one.type is not TransactionType.REFUND or one.finished_at is None:
            continue
        if one.status is TransactionStatus.SUCCEEDED:
            told = f"{one.amount} was given back."
        else:
            told = f"{one.amount} was not given back: {one.error_message} ({one.error_code})"
        moments.append(Moment(one.finished_at, told, one.gateway))
    return moments


@sql
async def happenings_of(tx: Tx, *, tenant_id: TenantId, order_id: OrderId) -> list[Happening]: ...
