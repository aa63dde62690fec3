"""The API of fulfilments: parcels are sent, followed, delivered or called back."""

import msgspec

from guilder.checkout.orders import (
    NoPiecesLeft,
    OrderLineNotFound,
    OrderNotFound,
    PiecesNotLeft,
)
from guilder.checkout.sessions import OrderId
from guilder.db import Tx
from guilder.http import get, patch, post
from guilder.kernel import IllegalMove

from .fulfilment import FulfilmentId
from .fulfilments import (
    FulfilmentNotFound,
    FulfilmentReturned,
    call_back,
    deliver,
    fulfil,
    fulfilments_of,
    track,
)
from .views import FulfilmentBody, FulfilmentView, TrackingChange, show

ONE_PROBLEMS = (OrderNotFound, FulfilmentNotFound)


class Fulfilments(msgspec.Struct, frozen=True):
    """All parcels of an order, in their order."""

    data: list[FulfilmentView]


@post(
    "/v1/orders/{order_id}/fulfilments",
    "orders:write",
    problems=(OrderNotFound, OrderLineNotFound, PiecesNotLeft, NoPiecesLeft, IllegalMove),
)
async def create_fulfilment(tx: Tx, order_id: OrderId, body: FulfilmentBody) -> FulfilmentView:
    """Send pieces of an order, or all that are left."""
    return show(await fulfil(tx, order_id, body.lines, tracking=body.tracking))


@get("/v1/orders/{order_id}/fulfilments", "orders:read", problems=(OrderNotFound,))
async def list_fulfilments(tx: Tx, order_id: OrderId) -> Fulfilments:
    """See every parcel of an order."""
    return Fulfilments([show(one) for one in await fulfilments_of(tx, order_id)])


@patch("/v1/orders/{order_id}/fulfilments/{fulfilment_id}", "orders:write", problems=ONE_PROBLEMS)
async def update_fulfilment(
    tx: Tx, order_id: OrderId, fulfilment_id: FulfilmentId, *, body: TrackingChange
) -> FulfilmentView:
    """Say how a parcel is followed."""
    return show(await track(tx, order_id, fulfilment_id, changes=body.changes))


@post(
    "/v1/orders/{order_id}/fulfilments/{fulfilment_id}/deliveries",
    "orders:write",
    problems=(*ONE_PROBLEMS, IllegalMove),
)
async def deliver_fulfilment(
    tx: Tx, order_id: OrderId, fulfilment_id: FulfilmentId
) -> FulfilmentView:
    """Note that a parcel has arrived."""
    return show(await deliver(tx, order_id, fulfilment_id))


@post(
    "/v1/orders/{order_id}/fulfilments/{fulfilment_id}/cancellations",
    "orders:write",
    problems=(*ONE_PROBLEMS, IllegalMove, FulfilmentReturned),
)
async def cancel_fulfilment(
    tx: Tx, order_id: OrderId, fulfilment_id: FulfilmentId
) -> FulfilmentView:
    """Call a parcel back before it arrives: its pieces are to be sent again."""
    return show(await call_back(tx, order_id, fulfilment_id))


ENDPOINTS = (
    create_fulfilment,
    list_fulfilments,
    update_fulfilment,
    deliver_fulfilment,
    cancel_fulfilment,
)
