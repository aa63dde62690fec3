"""Checkouts with all that a page can hold, in each stage to which one can come."""

from typing import Any

import httpx

from guilder import identity
from guilder.checkout import Session
from guilder.identity import TenantChanges
from tests.checkout.buying import DECLINED, agreed, over, soon
from tests.checkout.purchases.test_late import late
from tests.checkout.shop import Product, Shop
from tests.pages.browser import PICTURES
from tests.storefront.pay.buyers import HOME, Buyer, path_of
from tests.storefront.pay.test_states import begun

STAGES = (
    "open",
    "declined",
    "action",
    "processing",
    "paid",
    "refunded",
    "expired",
    "failed",
    "closed",
    "unknown",
)
LONG = "Hand-painted vase for a single tulip, after a drawing of " + "Amsterdam" * 6
ARABIC = "مزهرية زهور يدوية الصنع"
MOST_DECLINES = 10


async def rich(shop: Shop, **further: object) -> Session:
    """A checkout with all that a summary can hold."""
    await dressed(shop)
    await shop.tax("21")
    way = await shop.shipping("4.95", name="Post, two days")
    cart = await shop.cart(*await goods(shop), shipping_option_id=way.id)
    places = {"success_url": "https://tulips.example/", "cancel_url": "https://tulips.example/"}
    return await shop.checkout(cart, **places | further)


async def dressed(shop: Shop) -> None:
    """The shop has a name, a colour and a logo of its own."""
    await shop.sells_by(
        seller_country="NL",
        brand_color="#d9381e",
        logo_url=f"{PICTURES}/logo.svg",
        support_email="help@tulips.example",
    )
    changes = TenantChanges(name="Tulip & Sons", statement_descriptor="TULIPS")
    await shop.world.do(lambda tx: identity.update_tenant(tx, changes))


async def goods(shop: Shop) -> list[tuple[Product, int]]:
    """A picture and none, a name that is too long, and one that is read from the right."""
    vase = await shop.product("24.00", name="Tulip vase", images=[f"{PICTURES}/vase.svg"])
    other = await shop.product("139.50", name=LONG)
    third = await shop.product("5.00", name=ARABIC)
    return [(vase, 2), (other, 1), (third, 3)]


async def in_stage(stage: str, shop: Shop, buyer: Buyer, api: httpx.AsyncClient) -> str:
    """Where the page of a checkout in this stage is."""
    if stage == "unknown":
        return "/pay/nothing"
    if stage == "refunded":
        return await _refunded(shop, api)
    further: dict[str, Any] = {"expires_at": await soon(shop)} if stage == "expired" else {}
    session = await rich(shop, **further)
    if stage == "expired":
        await over(shop, {"expires_at": session.expires_at.isoformat()})
    if stage in {"paid", "action", "declined"}:
        way = {"paid": "visa", "action": "secure", "declined": "funds"}[stage]
        await buyer.pay(session, way, **HOME)
    if stage == "processing":
        await shop.world.do(lambda tx: begun(tx, shop, session))
    if stage == "failed":
        for _ in range(MOST_DECLINES):
            await shop.pay(session, DECLINED, gateway="sandbox")
    if stage == "closed":
        await shop.world.do(identity.suspend)
    return path_of(session)


async def _refunded(shop: Shop, api: httpx.AsyncClient) -> str:
    """Paid when its time was over and the last piece was sold to somebody else."""
    await dressed(shop)
    vase = await shop.product("24.00", name=LONG, stock=1)
    checkout, underway = await late(shop, api, vase)
    await shop.paid_order((vase, 1))
    await agreed(api, underway["next_action_url"])
    await shop.till.work()
    return path_of(checkout["payment_url"].rpartition("/")[2])
