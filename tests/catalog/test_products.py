"""Products are made with their variants, each with its SKU, prices and stock; and change."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from guilder.catalog.products import NewVariant, SkuTaken, add_variant
from guilder.catalog.products.products import NewProduct, create_product
from guilder.catalog.products.variants import change_variant
from guilder.catalog.variant import VariantChanges
from tests.catalog.shelf import Shelf
from tests.http.documents import pointers, problem
from tests.race import race
from tests.world import World

ISSUER = "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"
SHIRT: dict[str, Any] = {
    "name": "Shirt",
    "description": "Of linen.",
    "billing_type": "one_time",
    "active": True,
    "currency": "EUR",
    "settlement_asset": f"USDC:{ISSUER}",
    "tax_category": "clothing",
    "options": ["Size", "Colour"],
    "images": ["https://shop.example/shirt.jpg"],
    "metadata": {"season": "spring"},
}
SMALL: dict[str, Any] = {
    "sku": "SHIRT-S",
    "name": "Small",
    "options": {"Size": "S", "Colour": "Red"},
    "weight_grams": 180,
    "metadata": {"bin": 7},
}
PRICES = [
    {"currency": "EUR", "unit_amount": 1999},
    {"currency": "USD", "unit_amount_decimal": "2149.5"},
]


async def test_a_product_is_made_whole_and_looked_at(api: httpx.AsyncClient) -> None:
    large = SMALL | {"sku": "SHIRT-L", "name": "Large", "options": {"Size": "L", "Colour": "Red"}}
    small = SMALL | {"prices": PRICES, "inventory": {"on_hand": 5, "allows_backorder": True}}

    created = await api.post("/v1/products", json=SHIRT | {"variants": [small, large]})

    assert created.status_code == 201, created.text
    shown = (await api.get(f"/v1/products/{created.json()['id']}")).json()
    assert shown == created.json()
    assert {name: shown[name] for name in SHIRT} == SHIRT
    first, second = shown["variants"]
    assert {name: first[name] for name in SMALL} == SMALL
    assert [one["position"] for one in (first, second)] == [0, 1]
    assert [(one["currency"], one["unit_amount"]) for one in first["prices"]] == [
        ("EUR", 1999),
        ("USD", None),
    ]
    assert (first["inventory"]["on_hand"], first["inventory"]["allows_backorder"]) == (5, True)
    assert (second["prices"], second["inventory"]) == ([], None)


async def test_a_product_has_one_variant_where_none_is_named(api: httpx.AsyncClient) -> None:
    plain = (await api.post("/v1/products", json={"name": "Song"})).json()
    vase = {"name": "Vase", "sku": "VASE", "prices": PRICES[:1], "inventory": 3}
    priced = (await api.post("/v1/products", json=vase)).json()

    (song,), (only,) = plain["variants"], priced["variants"]
    assert song["sku"] == song["id"].replace("-", "")[-12:].upper()
    assert (only["sku"], only["inventory"]["on_hand"], len(only["prices"])) == ("VASE", 3, 1)


@pytest.mark.parametrize("spelling", ["VASE", "vase", " Vase ", "\uff36ase"])
async def test_a_sku_belongs_to_one_variant(api: httpx.AsyncClient, spelling: str) -> None:
    made = (await api.post("/v1/products", json={"name": "Vase", "sku": "VASE"})).json()
    bowl = (await api.post("/v1/products", json={"name": "Bowl", "sku": "BOWL"})).json()
    more = f"/v1/products/{made['id']}/variants"
    variant = f"/v1/variants/{bowl['variants'][0]['id']}"

    problem(await api.post("/v1/products", json={"name": "B", "sku": spelling}), 409, "sku_taken")
    problem(await api.post(more, json={"sku": spelling, "name": "B"}), 409, "sku_taken")
    problem(await api.patch(variant, json={"sku": spelling}), 409, "sku_taken")
    same = await api.patch(variant, json={"sku": "bowl"})
    assert same.json()["sku"] == "bowl"


async def test_two_variants_of_one_product_do_not_share_a_sku(api: httpx.AsyncClient) -> None:
    variants = [{"sku": "A", "name": "One"}, {"sku": "a", "name": "Other"}]

    refused = await api.post("/v1/products", json={"name": "Vase", "variants": variants})

    assert problem(refused, 409, "sku_taken")["sku"] == "a"
    assert (await api.get("/v1/products")).json()["data"] == []


@pytest.mark.parametrize("first_is_new", [True, False])
async def test_of_two_who_give_a_sku_at_once_one_has_it(
    shelf: Shelf, *, first_is_new: bool
) -> None:
    vase = await shelf.variant()

    async def new(tx: Any) -> Any:
        return await create_product(tx, NewProduct(name="Bowl", variants=[NewVariant(sku="X")]))

    async def changed(tx: Any) -> Any:
        return await change_variant(tx, vase, VariantChanges(sku="x"))

    _, late = await race(shelf.world, *((new, changed) if first_is_new else (changed, new)))

    assert isinstance(late, SkuTaken)


async def test_of_two_variants_added_at_once_neither_is_lost_to_the_search(
    shelf: Shelf, api: httpx.AsyncClient
) -> None:
    product_id = (await shelf.product(name="Vase")).product.id

    await race(
        shelf.world,
        lambda tx: add_variant(tx, product_id, NewVariant(name="blue")),
        lambda tx: add_variant(tx, product_id, NewVariant(name="green")),
    )

    for word in ("vase", "blue", "green"):
        found = (await api.get("/v1/products", params={"search": word})).json()["data"]
        assert [one["id"] for one in found] == [str(product_id)]
        assert len(found[0]["variants"]) == 3


@pytest.mark.parametrize(
    ("options", "variants", "code"),
    [
        (["Size"], [{}], "options_not_complete"),
        (["Size"], [{"options": {"Colour": "red"}}], "options_not_complete"),
        ([], [{"options": {"Size": "S"}}], "options_not_complete"),
        (
            ["Size"],
            [{"options": {"Size": "S"}}, {"options": {"Size": "s"}}],
            "variant_not_distinct",
        ),
        ([], [{}, {}], "variant_not_distinct"),
        (["Size", "size"], [{"options": {"Size": "S", "size": "S"}}], "option_given_twice"),
    ],
)
async def test_variants_name_each_option_and_differ(
    api: httpx.AsyncClient, options: list[str], variants: list[Any], code: str
) -> None:
    body = {"name": "Shirt", "options": options, "variants": variants}

    refused = await api.post("/v1/products", json=body)

    problem(refused, 409 if code == "variant_not_distinct" else 422, code)


async def test_a_variant_that_comes_later_differs_too(api: httpx.AsyncClient) -> None:
    made = (await api.post("/v1/products", json=SHIRT | {"variants": [SMALL]})).json()
    path = f"/v1/products/{made['id']}/variants"
    like = {"name": "small", "options": SMALL["options"]}

    problem(await api.post(path, json=like), 409, "variant_not_distinct")
    problem(await api.post(path, json={"name": "Large"}), 422, "options_not_complete")
    large = await api.post(path, json=like | {"options": {"Size": "L", "Colour": "Red"}})
    assert (large.status_code, large.json()["position"]) == (201, 1)
    refused = await api.patch(
        f"/v1/variants/{large.json()['id']}", json={"options": SMALL["options"]}
    )
    problem(refused, 409, "variant_not_distinct")


async def test_what_is_not_named_stays(api: httpx.AsyncClient) -> None:
    before = (await api.post("/v1/products", json=SHIRT | {"variants": [SMALL]})).json()

    after = (await api.patch(f"/v1/products/{before['id']}", json={"active": False})).json()

    assert after.pop("updated_at") > before.pop("updated_at")
    assert after == before | {"active": False}
    small = before["variants"][0]
    changed = (await api.patch(f"/v1/variants/{small['id']}", json={"weight_grams": 0})).json()
    assert changed.pop("updated_at") > small.pop("updated_at")
    assert changed == small | {"weight_grams": 0}
    assert (await api.get(f"/v1/variants/{small['id']}")).json()["weight_grams"] == 0


async def test_null_takes_away(api: httpx.AsyncClient) -> None:
    before = (await api.post("/v1/products", json=SHIRT | {"variants": [SMALL]})).json()
    gone: dict[str, Any] = {"description": None, "currency": None, "settlement_asset": None}
    nameless: dict[str, Any] = {"name": None, "weight_grams": None}

    after = (await api.patch(f"/v1/products/{before['id']}", json=gone)).json()
    small = await api.patch(f"/v1/variants/{before['variants'][0]['id']}", json=nameless)

    assert {name: after[name] for name in SHIRT} == SHIRT | gone
    assert {name: small.json()[name] for name in SMALL} == SMALL | nameless
    found = (await api.get("/v1/products", params={"search": "small"})).json()["data"]
    assert found == []


@pytest.mark.parametrize("field", ["name", "billing_type", "active", "images", "metadata"])
async def test_what_a_product_has_to_have_is_not_taken_away(
    api: httpx.AsyncClient, field: str
) -> None:
    made = (await api.post("/v1/products", json=SHIRT | {"variants": [SMALL]})).json()

    refused = await api.patch(f"/v1/products/{made['id']}", json={field: None})

    assert pointers(problem(refused, 422, "invalid_request")) == [f"/{field}"]


@pytest.mark.parametrize("field", ["sku", "options", "active", "metadata"])
async def test_what_a_variant_has_to_have_is_not_taken_away(
    api: httpx.AsyncClient, field: str
) -> None:
    made = (await api.post("/v1/products", json=SHIRT | {"variants": [SMALL]})).json()
    path = f"/v1/variants/{made['variants'][0]['id']}"

    refused = await api.patch(path, json={field: None})

    assert pointers(problem(refused, 422, "invalid_request")) == [f"/{field}"]


@pytest.mark.parametrize("asset", ["XLM", "native", f"USDC:{ISSUER}", f"yUSDC:{ISSUER}"])
async def test_a_settlement_asset(api: httpx.AsyncClient, asset: str) -> None:
    made = await api.post("/v1/products", json={"name": "Song", "settlement_asset": asset})

    assert made.json()["settlement_asset"] == asset


@pytest.mark.parametrize(
    "asset",
    [
        "USDC",
        "xlm",
        f"USDC:{ISSUER[:-1]}",
        f"USDC:{ISSUER[:-1]}O",
        f"USDC:{ISSUER[:9]}A{ISSUER[10:]}",
        f"USDC:S{ISSUER[1:]}",
        f"US DC:{ISSUER}",
        f"ABCDEFGHIJKLM:{ISSUER}",
        f":{ISSUER}",
    ],
)
async def test_an_asset_that_is_none_is_refused(api: httpx.AsyncClient, asset: str) -> None:
    made = (await api.post("/v1/products", json={"name": "Song"})).json()
    sent = {"settlement_asset": asset}

    for refused in (
        await api.post("/v1/products", json={"name": "Song", **sent}),
        await api.patch(f"/v1/products/{made['id']}", json=sent),
    ):
        problem(refused, 422, "settlement_asset_not_valid")


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"billing_type": "once"}, "/billing_type"),
        ({"currency": "EURO"}, "/currency"),
        ({"images": ["ftp://shop.example/a.jpg"]}, "/images/0"),
        ({"images": ["https://shop.example/a b.jpg"]}, "/images/0"),
        ({"tax_category": "Books!"}, "/tax_category"),
        ({"metadata": {str(key): key for key in range(51)}}, "/metadata"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_place(
    api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    made = (await api.post("/v1/products", json={"name": "Song"})).json()

    for refused in (
        await api.post("/v1/products", json={"name": "Song"} | sent),
        await api.patch(f"/v1/products/{made['id']}", json=sent),
    ):
        assert pointers(problem(refused, 422, "invalid_request")) == [pointer]


async def test_what_is_for_the_only_variant_does_not_go_with_several(
    api: httpx.AsyncClient,
) -> None:
    refused = await api.post("/v1/products", json={"name": "V", "sku": "A", "variants": [{}]})
    twice = await api.post("/v1/products", json={"name": "V", "prices": [PRICES[0], PRICES[0]]})

    problem(refused, 422, "variants_not_clear")
    problem(twice, 422, "price_given_twice")


async def test_what_there_is_not_is_not_found(api: httpx.AsyncClient, other: World) -> None:
    made = (await api.post("/v1/products", json={"name": "Vase"})).json()
    nothing = str(uuid4())
    async with other.program("*") as stranger:
        for asked, product, variant in (
            (api, nothing, nothing),
            (stranger, made["id"], made["variants"][0]["id"]),
        ):
            path, form = f"/v1/products/{product}", f"/v1/variants/{variant}"
            problem(await asked.get(path), 404, "product_not_found")
            problem(await asked.patch(path, json={"name": "X"}), 404, "product_not_found")
            problem(await asked.post(f"{path}/variants", json={}), 404, "product_not_found")
            problem(await asked.get(form), 404, "variant_not_found")
            problem(await asked.patch(form, json={"name": "X"}), 404, "variant_not_found")
        assert (await stranger.get("/v1/products")).json()["data"] == []
        assert (await stranger.post("/v1/products", json=SHIRT | {"variants": [SMALL]})).is_success


async def test_what_happens_to_a_product_is_told(shelf: Shelf, api: httpx.AsyncClient) -> None:
    vase = (await api.post("/v1/products", json={"name": "V", "prices": PRICES[:1]})).json()
    await api.patch(f"/v1/products/{vase['id']}", json={"name": "Vase"})
    variant = vase["variants"][0]["id"]
    await api.patch(f"/v1/variants/{variant}", json={"name": "Blue"})
    await api.post(f"/v1/variants/{variant}/prices", json={"currency": "EUR", "unit_amount": 1})

    assert await shelf.facts(vase["id"]) == ["product.created", "product.updated"]
    assert await shelf.facts(variant) == [
        "variant.created",
        "price.changed",
        "variant.updated",
        "price.changed",
    ]


async def test_reading_and_writing_are_permissions_of_their_own(world: World) -> None:
    async with world.program("products:read") as reader:
        refused = await reader.post("/v1/products", json={"name": "Vase"})
        problem(refused, 403, "permission_missing")
        assert (await reader.get("/v1/products")).json()["data"] == []
        problem(await reader.get("/v1/inventory"), 403, "permission_missing")
    async with world.program("products:write") as writer:
        assert (await writer.post("/v1/products", json={"name": "Vase"})).status_code == 201
        problem(await writer.get("/v1/products"), 403, "permission_missing")
