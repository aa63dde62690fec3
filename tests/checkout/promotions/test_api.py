"""Promotions over HTTP: set up, found, changed, and who has used them."""

from typing import Any

import httpx
import pytest

from guilder.checkout.promotions import promotion_by_id
from tests.checkout.promotions.offers import held, released, used, wants
from tests.http.documents import pointers, problem
from tests.world import World

TEN: dict[str, Any] = {"name": "Ten percent", "code": "Spring10", "percentage": "10"}
FIVE: dict[str, Any] = {"name": "Five euros", "amount": 500, "currency": "EUR"}


async def made(api: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    created = await api.post("/v1/promotions", json=wanted)
    assert created.status_code == 201, created.text
    return created.json()  # type: ignore[no-any-return]


async def test_a_promotion_is_set_up_and_looked_at(api: httpx.AsyncClient) -> None:
    wanted = TEN | {
        "minimum": 2000,
        "currency": "EUR",
        "max_uses": 100,
        "max_uses_per_customer": 1,
        "is_stackable": True,
        "product_ids": ["00000000-0000-7000-8000-000000000001"],
        "starts_at": "2026-03-01T00:00:00Z",
        "ends_at": "2099-06-01T00:00:00Z",
        "metadata": {"show": "tech"},
    }

    created = await made(api, **wanted)

    shown = (await api.get(f"/v1/promotions/{created['id']}")).json()
    assert shown == created
    assert {name: shown[name] for name in wanted} == wanted
    assert (shown["kind"], shown["amount"], shown["uses"], shown["is_active"]) == (
        "percentage", None, 0, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "written"),
    [("12.5", "12.5"), (10, "10"), ("10.0000", "10"), ("100", "100"), ("0.0001", "0.0001")],
)
async def test_a_percentage_is_digits_or_a_whole_number(
    api: httpx.AsyncClient, sent: Any, written: str
) -> None:
    assert (await made(api, name="Off", percentage=sent))["percentage"] == written


async def test_an_automatic_promotion_needs_no_code(api: httpx.AsyncClient) -> None:
    first, second = await made(api, **FIVE), await made(api, **FIVE)

    assert (first["code"], first["kind"], first["percentage"]) == (None, "fixed", None)
    assert first["id"] != second["id"]


@pytest.mark.parametrize("spelling", ["Spring10", "SPRING10", "\uff53pring10"])
async def test_a_code_belongs_to_one_promotion(api: httpx.AsyncClient, spelling: str) -> None:
    await made(api, **TEN)

    problem(await api.post("/v1/promotions", json=TEN | {"code": spelling}), 409, "code_taken")
    found = (await api.get("/v1/promotions", params={"code": spelling})).json()["data"]
    assert [one["code"] for one in found] == ["Spring10"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"name": "Nothing"}, "promotion_incomplete"),
        (TEN | {"amount": 100, "currency": "EUR"}, "promotion_incomplete"),
        ({"name": "Five", "amount": 500}, "promotion_incomplete"),
        (TEN | {"minimum": 500}, "promotion_incomplete"),
        (FIVE | {"currency": "XXY"}, "currency_not_known"),
        (
            TEN | {"starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-03-01T00:00:00Z"},
            "promotion_ends_too_early",
        ),
        (TEN | {"ends_at": "2020-01-01T00:00:00Z"}, "promotion_ends_too_early"),
    ],
)
async def test_what_makes_no_promotion_is_refused(
    api: httpx.AsyncClient, sent: dict[str, Any], code: str
) -> None:
    problem(await api.post("/v1/promotions", json=sent), 422, code)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"percentage": "0"}, "/percentage"),
        ({"percentage": 0}, "/percentage"),
        ({"percentage": "100.5"}, "/percentage"),
        ({"percentage": "1.23456"}, "/percentage"),
        ({"percentage": 12.5}, "/percentage"),
        ({"percentage": "1e1"}, "/percentage"),
        ({"code": "with space"}, "/code"),
        ({"code": ""}, "/code"),
        ({"max_uses": 0}, "/max_uses"),
        ({"product_ids": []}, "/product_ids"),
        ({"name": " "}, "/name"),
        ({"uses": 1}, "/uses"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_place(
    api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    refused = await api.post("/v1/promotions", json=TEN | sent)

    assert pointers(problem(refused, 422, "invalid_request")) == [pointer]


async def test_what_is_not_named_stays_and_null_takes_away(api: httpx.AsyncClient) -> None:
    before = await made(api, **TEN, max_uses=10, ends_at="2099-01-01T00:00:00Z")
    path = f"/v1/promotions/{before['id']}"

    stopped = (await api.patch(path, json={"is_active": False})).json()
    opened = (await api.patch(path, json={"max_uses": None, "ends_at": None})).json()

    assert stopped == before | {"is_active": False, "updated_at": stopped["updated_at"]}
    assert opened == stopped | {
        "max_uses": None, "ends_at": None, "updated_at": opened["updated_at"],
    }  # fmt: skip


async def test_what_it_takes_off_is_not_changed(api: httpx.AsyncClient) -> None:
    created = await made(api, **TEN)
    path = f"/v1/promotions/{created['id']}"

    refused = await api.patch(path, json={"percentage": "20"})
    early = await api.patch(path, json={"ends_at": "2020-01-01T00:00:00Z"})

    assert pointers(problem(refused, 422, "invalid_request")) == ["/percentage"]
    problem(early, 422, "promotion_ends_too_early")


async def test_promotions_are_listed_newest_first(api: httpx.AsyncClient) -> None:
    for number in range(4):
        await made(api, name=str(number), percentage=1, is_active=number != 2)

    first = (await api.get("/v1/promotions?limit=3")).json()
    rest = (await api.get(f"/v1/promotions?limit=3&cursor={first['next_cursor']}")).json()
    active = (await api.get("/v1/promotions?active=true")).json()

    assert [one["name"] for one in first["data"] + rest["data"]] == ["3", "2", "1", "0"]
    assert [one["name"] for one in active["data"]] == ["3", "1", "0"]


async def test_who_has_used_it_is_listed(world: World, api: httpx.AsyncClient) -> None:
    created = await made(api, **TEN, max_uses=5)
    promotion = await world.do(lambda tx: promotion_by_id(tx, created["id"]))
    one, two, three = (wants(promotion, buyer="ada") for _ in range(3))
    await held(world, one, two, three)
    await used(world, one)
    await released(world, two)
    path = f"/v1/promotions/{created['id']}/redemptions"

    listed = (await api.get(path)).json()["data"]
    paid = (await api.get(path, params={"status": "used"})).json()["data"]

    assert [(row["checkout_id"], row["status"]) for row in listed] == [
        (str(three.holder_id), "held"),
        (str(two.holder_id), "released"),
        (str(one.holder_id), "used"),
    ]
    assert paid == [row for row in listed if row["status"] == "used"]
    refused = await api.patch(f"/v1/promotions/{created['id']}", json={"max_uses": 1})
    assert problem(refused, 409, "limit_too_low")["uses"] == 2


async def test_another_tenant_sees_nothing_of_it(api: httpx.AsyncClient, other: World) -> None:
    path = f"/v1/promotions/{(await made(api, **TEN))['id']}"

    async with other.program("*") as stranger:
        assert (await stranger.post("/v1/promotions", json=TEN)).status_code == 201
        problem(await stranger.get(path), 404, "promotion_not_found")
        problem(await stranger.patch(path, json={}), 404, "promotion_not_found")
        problem(await stranger.get(f"{path}/redemptions"), 404, "promotion_not_found")


async def test_what_happens_to_a_promotion_is_told(world: World, api: httpx.AsyncClient) -> None:
    created = await made(api, **TEN)
    await api.patch(f"/v1/promotions/{created['id']}", json={"name": "New"})
    await world.relayed(3)

    events = (await api.get(f"/v1/events?object={created['id']}")).json()["data"]

    assert [event["type"] for event in events] == ["promotion.updated", "promotion.created"]


async def test_reading_and_writing_are_permissions_of_their_own(world: World) -> None:
    async with world.program("promotions:read") as reader:
        problem(await reader.post("/v1/promotions", json=TEN), 403, "permission_missing")
    async with world.program("promotions:write") as writer:
        problem(await writer.get("/v1/promotions"), 403, "permission_missing")
