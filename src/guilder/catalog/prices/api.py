"""The prices API: set, ended, and listed with all of their history."""

from guilder.catalog.variant import VariantId, VariantNotFound
from guilder.db import Tx
from guilder.http import Listing, Page, delete, get, post

from .price import PriceId
from .prices import (
    PriceNotFound,
    PriceReplaced,
    end_price,
    find_price,
    newest_prices,
    set_prices,
)
from .views import PRICE_PROBLEMS, Code, PriceBody, PriceView, show_price


@post(
    "/v1/variants/{variant_id}/prices",
    "products:write",
    problems=(VariantNotFound, *PRICE_PROBLEMS),
)
async def set_price(tx: Tx, variant_id: VariantId, body: PriceBody) -> PriceView:
    """Set a price. A list price takes the place of the one before in its currency."""
    (made,) = await set_prices(tx, [(variant_id, body.asked)])
    return show_price(made)


@get("/v1/variants/{variant_id}/prices", "products:read")
async def list_prices(
    tx: Tx,
    page: Page,
    *,
    variant_id: VariantId,
    currency: Code | None = None,
    history: bool = False,
) -> Listing[PriceView]:
    """List the prices that stand or are to come, newest first; with `history` all there were."""
    found = await newest_prices(
        tx,
        tenant_id=tx.tenant_id,
        variant_id=variant_id,
        currency=currency,
        is_standing=None if history else True,
        before=page.after(PriceId),
        most=page.most,
    )
    return page.listing(found, at=lambda price: price.id, show=show_price)


@get("/v1/prices/{price_id}", "products:read", problems=(PriceNotFound,))
async def show_one_price(tx: Tx, price_id: PriceId) -> PriceView:
    """Look at one price, whether it stands or not."""
    found = await find_price(tx, tenant_id=tx.tenant_id, price_id=price_id)
    if found is None:
        raise PriceNotFound
    return show_price(found)


@delete("/v1/prices/{price_id}", "products:write", problems=(PriceNotFound, PriceReplaced))
async def end_one_price(tx: Tx, price_id: PriceId) -> PriceView:
    """End a price now: a sale is over, and without a list price nothing is sold."""
    return show_price(await end_price(tx, price_id))


ENDPOINTS = (set_price, list_prices, show_one_price, end_one_price)
