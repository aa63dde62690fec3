"""Fulfilments: an order is sent in one or several parcels, and never more than was bought."""

from collections.abc import Sequence

from msgspec.structs import asdict, replace

from guilder.checkout.orders import (
    FulfilmentLife,
    LineChange,
    NoPiecesLeft,
    OrderFulfilled,
    OrderFulfilmentChanged,
    OrderLine,
    Pieces,
    change_order,
    chosen,
    held_order,
    order_by_id,
    pieces_of,
)
from guilder.checkout.sessions import OrderId
from guilder.db import Tx, sql
from guilder.kernel import Move, Problem, TenantId

from .fulfilment import Fulfilment, FulfilmentId, ParcelLife, ParcelStatus, Tracking


class FulfilmentNotFound(Problem, status=404):
    """This order has no such fulfilment."""


class FulfilmentReturned(Problem, status=409):
    """Pieces of this parcel came back, or are announced to: it cannot be called back."""


async def fulfil(
    tx: Tx, order_id: OrderId, pieces: Sequence[Pieces] | None, *, tracking: Tracking
) -> Fulfilment:
    """Send pieces of an order: those that are named, or all that are left."""
    whole = await held_order(tx, order_id)
    FulfilmentLife.fulfil(whole.order.fulfilment_status)
    if pieces is None:
        sent = [(line, line.sendable) for line in whole.lines if line.sendable]
    else:
        sent = chosen(whole.lines, pieces, left=_sendable)
    if not sent:
        raise NoPiecesLeft
    written = await insert_fulfilment(
        tx,
        order_id=order_id,
        lines=pieces_of(sent),
        created_by=str(tx.actor or ""),
        **asdict(tracking),
    )
    changes = [LineChange(line_id=line.id, fulfilled=quantity) for line, quantity in sent]
    tx.emit(OrderFulfilled.of(await change_order(tx, whole, changes)))
    return written


async def deliver(tx: Tx, order_id: OrderId, fulfilment_id: FulfilmentId) -> Fulfilment:
    """A parcel has arrived."""
    whole = await held_order(tx, order_id)
    ended = await _end(tx, await _of(tx, order_id, fulfilment_id), ParcelLife.deliver)
    tx.emit(OrderFulfilmentChanged.of(whole))
    return ended


async def call_back(tx: Tx, order_id: OrderId, fulfilment_id: FulfilmentId) -> Fulfilment:
    """A parcel was not sent after all: its pieces are to be sent again."""
    whole = await held_order(tx, order_id)
    ended = await _end(tx, await _of(tx, order_id, fulfilment_id), ParcelLife.cancel)
    lines = {line.id: line for line in whole.lines}
    if any(each.quantity > lines[each.line_id].returnable for each in ended.lines):
        raise FulfilmentReturned
    changes = [LineChange(line_id=each.line_id, fulfilled=-each.quantity) for each in ended.lines]
    tx.emit(OrderFulfilmentChanged.of(await change_order(tx, whole, changes)))
    return ended


async def track(
    tx: Tx, order_id: OrderId, fulfilment_id: FulfilmentId, *, changes: dict[str, str | None]
) -> Fulfilment:
    """Say anew how a parcel is followed; what is not named stays."""
    whole = await held_order(tx, order_id)
    before = await _of(tx, order_id, fulfilment_id)
    after = replace(before, **changes)
    if after == before:
        return before
    tx.emit(OrderFulfilmentChanged.of(whole))
    return await update_tracking(
        tx,
        tenant_id=tx.tenant_id,
        fulfilment_id=fulfilment_id,
        carrier=after.carrier,
        tracking_number=after.tracking_number,
        tracking_url=after.tracking_url,
    )


async def fulfilments_of(tx: Tx, order_id: OrderId) -> list[Fulfilment]:
    """All parcels of an order, in their order."""
    await order_by_id(tx, order_id)
    return await fulfilments_of_order(tx, tenant_id=tx.tenant_id, order_id=order_id)


def _sendable(line: OrderLine) -> int:
    return line.sendable


async def _of(tx: Tx, order_id: OrderId, fulfilment_id: FulfilmentId) -> Fulfilment:
    found = await find_fulfilment(
        tx, tenant_id=tx.tenant_id, order_id=order_id, fulfilment_id=fulfilment_id
    )
    if found is None:
        raise FulfilmentNotFound
    return found


async def _end(tx: Tx, fulfilment: Fulfilment, move: Move[ParcelStatus]) -> Fulfilment:
    return await end_fulfilment(
        tx,
        tenant_id=tx.tenant_id,
        fulfilment_id=fulfilment.id,
        status=move(fulfilment.status),
        ended_by=str(tx.actor or ""),
    )


@sql
async def insert_fulfilment(
    tx: Tx,
    *,
    order_id: OrderId,
    lines: list[Pieces],
    carrier: str | None,
    tracking_number: str | None,
    tracking_url: str | None,
    created_by: str,
) -> Fulfilment: ...


@sql
async def update_tracking(
    tx: Tx,
    *,
    tenant_id: TenantId,
    fulfilment_id: FulfilmentId,
    carrier: str | None,
    tracking_number: str | None,
    tracking_url: str | None,
) -> Fulfilment: ...


@sql
async def end_fulfilment(
    tx: Tx,
    *,
    tenant_id: TenantId,
    fulfilment_id: FulfilmentId,
    status: ParcelStatus,
    ended_by: str,
) -> Fulfilment: ...


@sql
async def find_fulfilment(
    tx: Tx, *, tenant_id: TenantId, order_id: OrderId, fulfilment_id: FulfilmentId
) -> Fulfilment | None: ...


@sql
async def fulfilments_of_order(
    tx: Tx, *, tenant_id: TenantId, order_id: OrderId
) -> list[Fulfilment]: ...
