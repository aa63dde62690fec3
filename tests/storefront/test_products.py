"""What is sold, as a buyer's browser sees it."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from guilder.catalog.inventory import NewStock
from guilder.catalog.prices import PriceKind
from guilder.catalog.products import NewVariant
from tests.catalog.shelf import Shelf, priced
from tests.checkout.buying import good
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.storefront.pages import ORIGIN, asked_for, opened, shown
from tests.world import World


@pytest.fixture
def shelf(shop: Shop) -> Shelf:
    return Shelf(shop.world, shop.owner)


async def test_a_product_is_shown_with_what_a_buyer_chooses_by(
    page: httpx.AsyncClient, shelf: Shelf
) -> None:
    made = await shelf.product(
        name="Vase",
        description="Holds tulips.",
        options=["Colour"],
        images=["https://shop.example/vase.jpg"],
        tax_category="luxury",
        settlement_asset="XLM",
        metadata={"supplier": "Delft"},
        variants=[
            NewVariant(
                sku="VASE-BLUE",
                name="Blue",
                options={"Colour": "Blue"},
                prices=[priced("2400"), priced("2600", "USD")],
                stock=NewStock(7),
                metadata={"cost": 900},
            )
        ],
    )

    (only,) = await shown(page)

    variant = made.variants[0].variant
    assert only == {
        "id": str(made.product.id),
        "name": "Vase",
        "description": "Holds tulips.",
        "images": ["https://shop.example/vase.jpg"],
        "options": ["Colour"],
        "currency": "EUR",
        "variants": [
            {
                "id": str(variant.id),
                "sku": "VASE-BLUE",
                "name": "Blue",
                "options": {"Colour": "Blue"},
                "unit_amount_decimal": "2400",
                "list_amount_decimal": "2400",
                "is_available": True,
            }
        ],
    }
    one = await page.get(f"/v1/storefront/products/{made.product.id}?currency=USD")
    assert good(one, 200)["variants"][0]["unit_amount_decimal"] == "2600"


async def test_a_sale_is_shown_beside_the_list_price(page: httpx.AsyncClient, shelf: Shelf) -> None:
    variant_id = await shelf.variant(price="2000")
    now = await shelf.owner.fetchval("select now()")
    await shelf.price(variant_id, "1500.5", kind=PriceKind.SALE, ends_at=now + timedelta(hours=1))

    ((only,),) = [one["variants"] for one in await shown(page)]

    assert (only["unit_amount_decimal"], only["list_amount_decimal"]) == ("1500.5", "2000")


async def test_what_is_not_sold_is_not_shown(page: httpx.AsyncClient, shelf: Shelf) -> None:
    hidden = await shelf.product(name="Hidden", is_active=False)
    half = await shelf.product(
        name="Half",
        variants=[
            NewVariant(name="Old", is_active=False, prices=[priced("900")]),
            NewVariant(name="New", prices=[priced("1000")]),
        ],
    )

    listed = await shown(page)

    assert [one["id"] for one in listed] == [str(half.product.id)]
    assert [one["name"] for one in listed[0]["variants"]] == ["New"]
    alone = await page.get(f"/v1/storefront/products/{hidden.product.id}?currency=EUR")
    problem(alone, 404, "product_not_found")
    nothing = await page.get(f"/v1/storefront/products/{uuid4()}?currency=EUR")
    problem(nothing, 404, "product_not_found")


@pytest.mark.parametrize(
    ("stock", "price", "is_available"),
    [
        (None, "1000", True),
        (NewStock(1), "1000", True),
        (NewStock(0), "1000", False),
        (NewStock(0, allows_backorder=True), "1000", True),
        (NewStock(1), None, False),
    ],
)
async def test_whether_one_can_be_bought(
    page: httpx.AsyncClient,
    shelf: Shelf,
    stock: NewStock | None,
    price: str | None,
    *,
    is_available: bool,
) -> None:
    prices = [priced(price)] if price else [priced("1000", "USD")]
    await shelf.product(variants=[NewVariant(prices=prices, stock=stock)])

    (only,) = await shown(page)

    assert only["variants"][0]["is_available"] is is_available
    assert only["variants"][0]["unit_amount_decimal"] == price


async def test_the_last_one_is_not_available_while_somebody_pays_for_it(
    page: httpx.AsyncClient, shelf: Shelf
) -> None:
    variant_id = await shelf.variant(1)
    cart = await opened(page, {"variant_id": str(variant_id)})
    good(await asked_for(page, cart))

    assert (await shown(page))[0]["variants"][0]["is_available"] is False


async def test_products_are_listed_page_by_page_newest_first(
    page: httpx.AsyncClient, shelf: Shelf
) -> None:
    made = [str((await shelf.product(name=f"Vase {n}")).product.id) for n in range(5)]
    found, cursor = [], ""
    while cursor is not None:
        answer = await page.get(f"/v1/storefront/products?currency=EUR&limit=2{cursor}")
        listing = good(answer, 200)
        found += [one["id"] for one in listing["data"]]
        following = listing["next_cursor"]
        cursor = f"&cursor={following}" if following else None

    assert found == made[::-1]


async def test_another_tenant_s_products_are_not_there(
    page: httpx.AsyncClient, other: World, shelf: Shelf
) -> None:
    theirs = await Shelf(other, shelf.owner).product(name="Theirs")

    assert await shown(page) == []
    answer = await page.get(f"/v1/storefront/products/{theirs.product.id}?currency=EUR")
    problem(answer, 404, "product_not_found")


async def test_a_currency_has_to_be_named_and_known(page: httpx.AsyncClient) -> None:
    problem(await page.get("/v1/storefront/products"), 422, "invalid_request")
    refused = await page.get("/v1/storefront/products?currency=EUX")
    problem(refused, 422, "currency_not_known")
    assert refused.headers["access-control-allow-origin"] == "*"
    assert refused.request.headers["origin"] == ORIGIN
