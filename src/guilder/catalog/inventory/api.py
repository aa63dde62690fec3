"""The inventory API: how many are left, kept for whom, and why the number changed."""

from guilder.catalog.variant import VariantId, VariantNotFound
from guilder.db import Tx
from guilder.http import Listing, Page, get, patch, post

from .adjustment import AdjustmentId
from .adjustments import StockTooHigh, StockTooLow, adjust, newest_adjustments
from .counting import BackordersWaiting, NotCounted, count, newest_stock, stock_by_id
from .reservation import ReservationId, ReservationStatus
from .reservations import newest_reservations
from .views import (
    AdjustedView,
    AdjustmentBody,
    AdjustmentNotClear,
    AdjustmentView,
    CountingBody,
    ReservationView,
    StockView,
    Units,
    show_adjusted,
    show_adjustment,
    show_reservation,
    show_stock,
)


@get("/v1/inventory", "inventory:read")
async def list_inventory(
    tx: Tx,
    page: Page,
    *,
    sku: str | None = None,
    variant_id: VariantId | None = None,
    low: Units | None = None,
) -> Listing[StockView]:
    """List what is counted, newest variant first; `low` asks for those with so many or fewer."""
    found = await newest_stock(
        tx,
        tenant_id=tx.tenant_id,
        sku=sku,
        variant_id=variant_id,
        low=low,
        before=page.after(VariantId),
        most=page.most,
    )
    return page.listing(found, at=lambda stock: stock.variant_id, show=show_stock)


@get("/v1/inventory/{variant_id}", "inventory:read", problems=(NotCounted,))
async def show_inventory(tx: Tx, variant_id: VariantId) -> StockView:
    """See how many there are of a variant."""
    return show_stock(await stock_by_id(tx, variant_id))


@patch(
    "/v1/inventory/{variant_id}",
    "inventory:write",
    problems=(VariantNotFound, BackordersWaiting),
)
async def update_inventory(tx: Tx, variant_id: VariantId, body: CountingBody) -> StockView:
    """Say whether more may be sold than there are. From now on the variant is counted."""
    return show_stock(await count(tx, variant_id, allows_backorder=body.allows_backorder))


@post(
    "/v1/inventory/{variant_id}/adjustments",
    "inventory:write",
    problems=(NotCounted, AdjustmentNotClear, StockTooLow, StockTooHigh),
)
async def adjust_inventory(tx: Tx, variant_id: VariantId, body: AdjustmentBody) -> AdjustedView:
    """Take goods in, write some off, or say how many were counted."""
    made = await adjust(tx, [body.asked(variant_id)])
    if not made:
        raise NotCounted
    return show_adjusted(made[0], await stock_by_id(tx, variant_id))


@get("/v1/inventory/{variant_id}/adjustments", "inventory:read")
async def list_adjustments(tx: Tx, page: Page, *, variant_id: VariantId) -> Listing[AdjustmentView]:
    """List why the number changed, newest first."""
    found = await newest_adjustments(
        tx,
        tenant_id=tx.tenant_id,
        variant_id=variant_id,
        before=page.after(AdjustmentId),
        most=page.most,
    )
    return page.listing(found, at=lambda one: one.id, show=show_adjustment)


@get("/v1/inventory/{variant_id}/reservations", "inventory:read")
async def list_reservations(
    tx: Tx, page: Page, *, variant_id: VariantId, status: ReservationStatus | None = None
) -> Listing[ReservationView]:
    """List for whom units are or were kept, newest first."""
    found = await newest_reservations(
        tx,
        tenant_id=tx.tenant_id,
        variant_id=variant_id,
        status=status,
        before=page.after(ReservationId),
        most=page.most,
    )
    return page.listing(found, at=lambda one: one.id, show=show_reservation)


ENDPOINTS = (
    list_inventory,
    show_inventory,
    update_inventory,
    adjust_inventory,
    list_adjustments,
    list_reservations,
)
