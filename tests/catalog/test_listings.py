"""A listing changes the catalog as a whole or not at all, and comes out as it went in."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from guilder import catalog
from guilder.catalog import Imported, ImportRefused
from guilder.catalog.listings import ColumnsNotKnown
from tests.catalog.shelf import Shelf
from tests.cli.house import command, told
from tests.http.documents import problem
from tests.world import World

SHOP = (Path(__file__).parent / "shop.csv").read_text()
SAME = SHOP.replace("21.4950", "21.495")


async def brought(world: World, text: str, **how: Any) -> Imported:
    return await world.do(lambda tx: catalog.import_listing(tx, text, **how))


async def written(world: World) -> str:
    async with world.tx() as tx:
        return "".join([part async for part in catalog.export_listing(tx)])


async def test_what_goes_in_comes_out(world: World, other: World) -> None:
    done = await brought(world, SHOP)

    assert (done.products_created, done.variants_created) == (2, 3)
    assert (done.prices_changed, done.stock_changed) == (5, 2)
    assert await written(world) == SAME
    await brought(other, await written(world))
    assert await written(other) == SAME


async def test_the_same_again_changes_nothing(world: World) -> None:
    await brought(world, SHOP)

    again = await brought(world, SHOP)

    assert again == Imported(
        lines=3,
        products_created=0,
        products_changed=0,
        variants_created=0,
        variants_changed=0,
        prices_changed=0,
        stock_changed=0,
        dry_run=False,
    )


async def test_what_is_left_empty_stays(world: World) -> None:
    await brought(world, SHOP)

    done = await brought(world, "sku,price_EUR,on_hand,name\nshirt-l,25,7,\nCALL,,,Call\n")

    assert (done.products_changed, done.variants_changed) == (1, 0)
    assert (done.prices_changed, done.stock_changed) == (1, 1)
    now = await written(world)
    assert now == SAME.replace(",0,true,20.00", ",7,true,25.00").replace("API call", "Call")


async def test_a_variant_joins_the_product_of_its_fellows(world: World) -> None:
    await brought(world, SHOP)
    options = '"{""Size"":""M"",""Colour"":""Red""}"'

    done = await brought(world, f"product,sku,options\nSHIRT-L,SHIRT-M,{options}\n")

    assert (done.products_created, done.variants_created) == (0, 1)
    assert "SHIRT-S,SHIRT-M,Shirt" in await written(world)


async def test_a_dry_run_tells_and_changes_nothing(world: World) -> None:
    done = await brought(world, SHOP, dry_run=True)

    assert (done.products_created, done.dry_run) == (2, True)
    assert (await written(world)).count("\n") == 1


async def test_what_is_imported_is_found_priced_and_counted(
    shelf: Shelf, api: httpx.AsyncClient
) -> None:
    await brought(shelf.world, SHOP)

    (shirt,) = (await api.get("/v1/products", params={"search": "shirt-l"})).json()["data"]

    small, large = shirt["variants"]
    assert shirt["options"] == ["Size", "Colour"]
    assert [one["position"] for one in (small, large)] == [0, 1]
    assert (small["inventory"]["on_hand"], large["inventory"]["allows_backorder"]) == (5, True)
    assert [one["unit_amount_decimal"] for one in small["prices"]] == ["1999", "2000", "2149.5"]
    (entry,) = (await api.get(f"/v1/inventory/{small['id']}/adjustments")).json()["data"]
    assert (entry["reason"], entry["delta"]) == ("imported", 5)


async def test_an_import_is_told_once(shelf: Shelf) -> None:
    await brought(shelf.world, SHOP)

    told = await shelf.facts(shelf.world.tenant_id)

    assert [one for one in told if one != "tenant.created"] == ["catalog.imported"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",No SKU", "sku: Expected `str` of length >= 1"),
        ("A,", "name: a new product has one"),
        ("A,Vase,EURO", "Expected `str` of length <= 3"),
        ("A,Vase,XXQ", "A currency is a three-letter ISO 4217 code, or XLM."),
        ("A,Vase,,cheap", "price_EUR: is no amount"),
        ("A,Vase,,-1", "price_EUR: is no amount"),
        ("A,Vase,,,many", "on_hand: Expected `int | null`"),
        ("A,Vase,,,-1", "on_hand: Expected `int` >= 0"),
        ("A,Vase,,,,{", "metadata: is not JSON"),
        ("A,Vase,,,,,,more", "has more cells than there are columns"),
        ("fine,Vase", "sku: stands in line 2 already"),
        ("A,Vase,,,,,FINE", "name: is another in line 2"),
        ("A,,,,,,FINE", "Another variant of the product has the same name and options."),
    ],
)
async def test_a_line_that_cannot_be_is_told_and_nothing_is_imported(
    world: World, line: str, reason: str
) -> None:
    columns = "sku,name,currency,price_EUR,on_hand,metadata,product"

    with pytest.raises(ImportRefused) as refused:
        await brought(world, f"{columns}\nFINE,Fine\n{line}\n")

    (told,) = refused.value.refused
    assert (told.line, refused.value.refused_lines, refused.value.lines) == (3, 1, 2)
    assert reason in told.reason
    assert (await written(world)).count("\n") == 1


@pytest.mark.parametrize("header", ["", "name", "sku,colour", "sku,sku", "sku,price_XXQ", "\x00"])
async def test_columns_that_are_not_known_are_refused(world: World, header: str) -> None:
    with pytest.raises(ColumnsNotKnown):
        await brought(world, f"{header}\n")


async def test_every_refused_line_is_told(world: World) -> None:
    with pytest.raises(ImportRefused) as refused:
        await brought(world, "sku,name\n" + "".join(f"A{one},\n" for one in range(1100)))

    assert (refused.value.refused_lines, len(refused.value.refused)) == (1100, 1000)


async def test_over_http(api: httpx.AsyncClient) -> None:
    done = await api.post("/v1/products/imports", json={"csv": SHOP})
    refused = await api.post("/v1/products/imports", json={"csv": "sku,name\nA,\n"})
    first = await api.get("/v1/products/export", params={"limit": 1})
    rest = await api.get("/v1/products/export", params={"cursor": first.headers["next-cursor"]})

    assert (done.status_code, done.json()["products_created"]) == (201, 2)
    assert problem(refused, 422, "import_refused")["refused"] == [
        {"line": 2, "sku": "A", "reason": "name: a new product has one"}
    ]
    assert first.headers["content-type"] == "text/csv; charset=utf-8"
    assert first.text + rest.text == SAME
    assert "next-cursor" not in rest.headers


def test_from_the_shell(tmp_path: Path) -> None:
    house, listing = ["--data", str(tmp_path / "data")], tmp_path / "shop.csv"
    slug = told("tenants", "create", "--name", "Tulips", "--slug", "tulips", *house)["slug"]
    listing.write_text("sku,name\nA,\n")
    refused = command("catalog", "import", str(listing), "--tenant", slug, *house)
    listing.write_text(SHOP)

    done = told("catalog", "import", str(listing), "--tenant", slug, *house)
    exported = command("catalog", "export", "--tenant", slug, *house)

    assert (refused.returncode, refused.stdout) == (1, "2\tA\tname: a new product has one\n")
    assert "1 of 1 lines cannot be; nothing was imported." in refused.stderr
    assert done["variants_created"] == 3
    assert exported.stdout == SAME
    assert command("catalog", "export", "--tenant", "nobody", *house).returncode == 1
