"""The totals of a cart: on every answer those that the one pure place computes."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from guilder.catalog.prices import PriceKind
from guilder.checkout.totals import Basket, Discount, Item, Kind, Rate, Shipping, totals
from guilder.kernel import Currency
from tests.checkout.buying import (
    HOME,
    Shown,
    added,
    changed,
    good,
    handed_over,
    line,
    looked_at,
    merged,
    opened,
    pay,
    priced,
)
from tests.checkout.promotions.offers import offered
from tests.checkout.shop import Shop
from tests.world import World

VAT = Rate(name="VAT", percentage=Decimal(9), is_inclusive=False, category="standard")


async def test_every_answer_has_the_totals_of_its_basket(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    vase, bulb = await shop.product("19.99"), await shop.product("0.37", name="Bulb")
    await shop.tax("9", is_inclusive=False)
    post = await shop.shipping("4.95")
    spring = await offered(world, code="SPRING", percentage=Decimal("7.5"))
    off = Discount(
        promotion_id=spring.id,
        code="SPRING",
        name=spring.name,
        kind=Kind.PERCENTAGE,
        percentage=Decimal("7.5"),
        is_stackable=False,
    )

    cart = await opened(api, line(vase, 3))
    agrees(cart)
    agrees(good(await added(api, cart, line(bulb, 7))))
    cart = good(await changed(api, cart, shipping_address=HOME), 200)
    agrees(cart, rates=[VAT])
    way = Shipping(name="Post", amount_minor=495, tax_category="standard")
    cart = good(await changed(api, cart, shipping_option_id=str(post.id)), 200)
    agrees(cart, rates=[VAT], shipping=way)
    whole: dict[str, Any] = {"rates": [VAT], "shipping": way, "discounts": [off]}
    cart = good(await changed(api, cart, promotion_codes=["spring"]), 200)
    agrees(cart, **whole)

    path = f"/v1/carts/{cart['id']}/lines/{cart['lines'][1]['id']}"
    agrees(good(await api.patch(path, json={"quantity": 11}), 200), **whole)
    agrees(good(await merged(api, cart, await opened(api, line(vase, 2)))), **whole)
    agrees(await looked_at(api, cart), **whole)
    (_, listed) = good(await api.get("/v1/carts"), 200)["data"]
    agrees(listed, **whole)
    agrees(good(await api.delete(path), 200), **whole)


def agrees(cart: Shown, **further: Any) -> None:
    """Its amounts are those of the basket that it shows, and they sum."""
    assert UUID(cart["id"])
    wanted = {"discounts": [], "rates": [], "shipping": None, "is_reverse_charge": False} | further
    items = [
        Item(
            key=one["id"],
            quantity=one["quantity"],
            unit_amount=Decimal(one["unit_amount_decimal"]),
            product_id=UUID(one["product_id"]),
            tax_category="standard",
        )
        for one in cart["lines"]
    ]
    sums = totals(Basket(currency=Currency(cart["currency"]), items=items, **wanted))
    assert [amounts(one) for one in cart["lines"]] == [of(one) for one in sums.lines]
    assert amounts(cart) == of(sums)
    assert cart["amount_shipping"] == sums.shipping_minor
    assert [one["amount"] for one in cart["taxes"]] == [one.amount_minor for one in sums.taxes]
    assert [one["amount"] for one in cart["discounts"]] == [
        one.amount_minor for one in sums.discounts
    ]
    assert cart["amount_total"] == sum(one["amount_total"] for one in cart["lines"]) + (
        sums.shipping.total_minor if sums.shipping else 0
    )


def amounts(shown: Mapping[str, Any]) -> list[int]:
    names = ("subtotal", "discount", "tax", "total")
    return [shown[f"amount_{name}"] for name in names]


def of(sums: Any) -> list[int]:
    return [sums.subtotal_minor, sums.discount_minor, sums.tax_minor, sums.total_minor]


async def test_a_cart_costs_what_its_variants_cost_now(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    vase = await shop.product("10.00")
    cart = await opened(api, line(vase, 2))

    await priced(world, vase, "1250")
    assert (await looked_at(api, cart))["amount_total"] == 2500
    ends_at = await shop.till.now() + timedelta(days=1)
    await priced(world, vase, "900", kind=PriceKind.SALE, ends_at=ends_at)
    shown = await looked_at(api, cart)

    assert shown["amount_total"] == 1800
    assert shown["lines"][0]["list_amount_decimal"] == "1250"


async def test_a_business_elsewhere_in_the_eu_pays_without_tax(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    await shop.sells_by(seller_country="NL", vat_number="NL004495445B01")
    await shop.tax("19", country="DE")
    vase = await shop.product("11.90")
    cart = await opened(api, line(vase), shipping_address=HOME | {"country": "DE"})
    assert (cart["amount_tax"], cart["amount_total"]) == (190, 1190)

    shown = good(await changed(api, cart, vat_number="DE136695976"), 200)

    assert shown["is_reverse_charge"]
    assert (shown["amount_tax"], shown["amount_total"]) == (0, 1000)


@pytest.mark.parametrize(
    ("amount", "quantity"), [("20000", 1), ("90000000000", 1), ("0.0000005", 100), ("12.50", 2)]
)
async def test_a_price_is_written_in_digits(
    shop: Shop, api: httpx.AsyncClient, world: World, *, amount: str, quantity: int
) -> None:
    vase = await shop.product()
    await priced(world, vase, amount)
    cart = await opened(api, line(vase, quantity))
    checkout = await handed_over(api, cart)
    order = good(await pay(api, checkout))

    digits = "12.5" if amount == "12.50" else amount
    for shown in (cart, checkout, order):
        assert shown["lines"][0]["unit_amount_decimal"] == digits
