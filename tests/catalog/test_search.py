"""Products are found by how words of their names and SKUs begin, a page at a time."""

from typing import Any

import httpx
import pytest

from guilder.catalog.products.search import BEYOND, sought, words_of
from guilder.db import STATEMENTS
from tests.catalog.shelf import Shelf
from tests.http.documents import pointers, problem

SHOP = {
    "Blue tulip vase": "VASE-BLUE",
    "Vase, white": "VASE-WHITE",
    "Straße & Café": "STR-1",
    "T-shirt": "SHIRT/1",
}

MANY = """
    with made as (
        insert into catalog.product (tenant_id, name, billing_type)
        select $1, 'Thing ' || number, 'one_time' from generate_series(1, 4000) as number
        returning id, name
    ),
    also as (
        insert into catalog.variant (tenant_id, product_id, sku)
        select $1, made.id, replace(made.name, ' ', '-') from made
        returning id
    ),
    counted as (
        insert into catalog.stock (tenant_id, variant_id, on_hand)
        select $1, also.id, 5 from also
    ),
    priced as (
        insert into catalog.price (
            tenant_id, variant_id, currency, unit_amount_decimal, kind, created_by
        )
        select $1, also.id, 'EUR', 5, 'list', 'a test' from also
    )
    insert into catalog.search_word (tenant_id, word, product_id)
    select $1, word, made.id from made
    cross join unnest(array['thing', substr(made.name, 7)]) as word
"""
STOCK_TABLES = ("adjustment", "reservation")
MOVED = """
    with adjusted as (
        insert into catalog.adjustment (
            tenant_id, variant_id, delta, on_hand, reason, created_by
        )
        select tenant_id, variant_id, 5, 5, 'received', 'a test' from catalog.stock
        where tenant_id = $1
    )
    insert into catalog.reservation (tenant_id, holder_id, variant_id, quantity, expires_at)
    select tenant_id, gen_random_uuid(), variant_id, 1, now() from catalog.stock
    where tenant_id = $1
"""
NOTHING: dict[str, Any] = dict.fromkeys(
    [
        *("is_active", "billing_type", "sku", "word", "beyond", "others", "others_beyond"),
        *("before", "low", "variant_id", "status", "currency", "is_standing"),
    ]
) | {"most": 26}


async def found(api: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await api.get("/v1/products", params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["data"]]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("vase", ["Vase, white", "Blue tulip vase"]),
        ("VA", ["Vase, white", "Blue tulip vase"]),
        ("tul blue", ["Blue tulip vase"]),
        ("blue white", []),
        ("vase-w", ["Vase, white"]),
        ("strasse", ["Straße & Café"]),
        ("CAFÉ", ["Straße & Café"]),
        ("t-sh", ["T-shirt"]),
        ("shirt/1", ["T-shirt"]),
        ("shirt", ["T-shirt"]),
        ("ase", []),
        ("%", []),
        (" ", ["T-shirt", "Straße & Café", "Vase, white", "Blue tulip vase"]),
    ],
)
async def test_by_how_words_begin(api: httpx.AsyncClient, search: str, names: list[str]) -> None:
    for name, sku in SHOP.items():
        await api.post("/v1/products", json={"name": name, "sku": sku})

    assert await found(api, search=search) == names


async def test_by_what_it_is_called_now(api: httpx.AsyncClient) -> None:
    made = (await api.post("/v1/products", json={"name": "Vase", "sku": "OLD-1"})).json()
    await api.patch(f"/v1/products/{made['id']}", json={"name": "Bowl"})
    variant = made["variants"][0]["id"]
    await api.patch(f"/v1/variants/{variant}", json={"sku": "NEW-1", "name": "Small"})

    shown = {
        word: await found(api, search=word) for word in ("vase", "old", "bowl", "new", "small")
    }

    assert shown == {"vase": [], "old": [], "bowl": ["Bowl"], "new": ["Bowl"], "small": ["Bowl"]}


async def test_by_sku_state_and_billing(api: httpx.AsyncClient) -> None:
    await api.post("/v1/products", json={"name": "Vase", "sku": "VASE"})
    await api.post("/v1/products", json={"name": "Club", "billing_type": "recurring"})
    await api.post("/v1/products", json={"name": "Gone", "active": False})

    assert await found(api, sku="vase") == ["Vase"]
    assert await found(api, sku="vas") == []
    assert await found(api, billing_type="recurring") == ["Club"]
    assert await found(api, active="false") == ["Gone"]
    assert await found(api, active="true") == ["Club", "Vase"]


async def test_pages_neither_skip_nor_repeat(api: httpx.AsyncClient) -> None:
    names = [f"Thing {number}" for number in range(5)]
    for name in names:
        await api.post("/v1/products", json={"name": name})
    query = {"search": "thing", "limit": "3"}

    first = (await api.get("/v1/products", params=query)).json()
    rest = (await api.get("/v1/products", params=query | {"cursor": first["next_cursor"]})).json()

    assert [one["name"] for one in first["data"] + rest["data"]] == names[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    strange = await api.get("/v1/products", params={"cursor": first["next_cursor"]})
    problem(strange, 400, "cursor_not_valid")


@pytest.mark.parametrize("query", [{"active": "yes?"}, {"billing_type": "once"}, {"name": "x"}])
async def test_a_filter_that_cannot_be_is_refused(
    api: httpx.AsyncClient, query: dict[str, str]
) -> None:
    refused = await api.get("/v1/products", params=query)

    assert pointers(problem(refused, 422, "invalid_request")) == list(query)


def test_words_are_those_between_spaces_and_their_pieces() -> None:
    assert words_of(["T-Shirt BLUE", None, "blue", "SKU/1"]) == [
        *("t-shirt", "t", "shirt", "blue", "sku/1", "sku", "1"),
    ]
    assert sought(" ") is None
    asked = sought("a abc ab")
    assert asked is not None
    assert (asked.word, asked.beyond) == ("abc", f"abc{BEYOND}")
    assert asked.others == ["ab", "a"]


async def explained(shelf: Shelf, name: str, **filters: Any) -> str:
    """How PostgreSQL finds rows for the application, under row security."""
    (statement,) = [one for one in STATEMENTS if one.name == name]
    given = NOTHING | {"tenant_id": shelf.world.tenant_id} | filters
    absent = frozenset(one for one in statement.conditions if given[one] is None)
    text, params = statement.text(absent)
    async with shelf.world.tx() as tx:
        rows = await tx.fetch(f"explain {text}", *[given[one] for one in params])
    return "\n".join(row[0] for row in rows)


async def test_an_index_is_used_for_each_way_to_look(shelf: Shelf) -> None:
    await shelf.owner.execute(MANY, shelf.world.tenant_id)
    await shelf.owner.execute(MOVED, shelf.world.tenant_id)
    for table in ("product", "variant", "search_word", "stock", "price", *STOCK_TABLES):
        await shelf.owner.execute(f"analyze catalog.{table}")
    (variant,) = await shelf.owner.fetch(
        "select id from catalog.variant where tenant_id = $1 limit 1", shelf.world.tenant_id
    )
    word = {"word": "1234", "beyond": f"1234{BEYOND}"}
    others = {"others": ["thing"], "others_beyond": [f"thing{BEYOND}"]}
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "product_pkey": ("newest_products", {}),
        "variant_tenant_id_sku_folded_key": ("newest_products", {"sku": "thing-7"}),
        "search_word_pkey": ("newest_products", word),
        "search_word_product": ("newest_products", word | others),
        "stock_pkey": ("newest_stock", {}),
        "variant_tenant_id_sku_folded_key ": ("newest_stock", {"sku": "thing-7"}),
        "price_variant": ("newest_prices", {"variant_id": variant["id"]}),
        "price_list": ("offered", {"variant_ids": [variant["id"]], "currencies": ["EUR"]}),
        "adjustment_variant": ("newest_adjustments", {"variant_id": variant["id"]}),
        "reservation_variant": ("newest_reservations", {"variant_id": variant["id"]}),
    }

    plans = {index: await explained(shelf, name, **given) for index, (name, given) in ways.items()}

    assert {index: plan for index, plan in plans.items() if index.strip() not in plan} == {}
    assert {index: plan for index, plan in plans.items() if "Seq Scan" in plan} == {}
