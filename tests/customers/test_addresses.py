"""Addresses: as many as a customer likes, one of them for parcels and one for bills."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
from babel import Locale

from guilder.customers import COUNTRIES, Address, CustomerNotFound
from guilder.customers.addresses import AddressChanges, CustomerAddress, add_address, change_address
from guilder.customers.addresses.addresses import MOST
from tests.customers.people import ADA, HOME, addresses, lives_at, posted, taken_in, told
from tests.http.documents import pointers, problem
from tests.race import race
from tests.world import World

DEFAULTS = ("is_default_shipping", "is_default_billing")
NO_COUNTRIES = {
    "AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ",
}  # fmt: skip
"""What has two letters beside countries: islands of others, unions, and what is nowhere."""


async def test_an_address_is_added_and_shown(api: httpx.AsyncClient) -> None:
    ada = await posted(api, **ADA)

    home = await lives_at(api, ada)

    assert {name: home[name] for name in HOME} == HOME
    assert home["customer_id"] == ada["id"]
    assert [home[name] for name in DEFAULTS] == [False, False]
    assert await addresses(api, ada) == [home]


async def test_little_is_needed(api: httpx.AsyncClient) -> None:
    ada = await posted(api)
    little = {"line1": "1 Main Street", "city": "Nuuk", "country": "GL"}

    answer = await api.post(f"/v1/customers/{ada['id']}/addresses", json=little)

    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in HOME} == dict.fromkeys(HOME) | little


async def test_a_customer_has_many_a_page_at_a_time(api: httpx.AsyncClient) -> None:
    ada, bob = await posted(api), await posted(api)
    added = [await lives_at(api, ada, line1=f"{number} Street") for number in range(4)]
    await lives_at(api, bob)
    path = f"/v1/customers/{ada['id']}/addresses"

    first = (await api.get(f"{path}?limit=3")).json()
    rest = (await api.get(f"{path}?limit=3&cursor={first['next_cursor']}")).json()

    assert first["data"] + rest["data"] == added[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)


async def test_an_address_is_changed(api: httpx.AsyncClient) -> None:
    ada = await posted(api)
    home = await lives_at(api, ada)
    path = f"/v1/customers/{ada['id']}/addresses/{home['id']}"

    moved = await api.patch(path, json={"line1": "5 Street", "country": "FR", "company": None})

    assert moved.status_code == 200
    later = moved.json()
    assert later.pop("updated_at") > home.pop("updated_at")
    assert later == home | {"line1": "5 Street", "country": "FR", "company": None}


@pytest.mark.parametrize("default", DEFAULTS)
async def test_one_address_is_the_default(api: httpx.AsyncClient, default: str) -> None:
    ada, bob = await posted(api), await posted(api)
    one = await lives_at(api, ada, **{default: True})
    await lives_at(api, bob, **{default: True})
    another = await lives_at(api, ada, **{default: True})
    assert [each[default] for each in await addresses(api, ada)] == [True, False]

    path = f"/v1/customers/{ada['id']}/addresses/{one['id']}"
    await api.patch(path, json={default: True})

    assert {each["id"]: each[default] for each in await addresses(api, ada)} == {
        one["id"]: True,
        another["id"]: False,
    }
    assert [each[default] for each in await addresses(api, bob)] == [True]
    await api.patch(path, json={default: False})
    assert [each[default] for each in await addresses(api, ada)] == [False, False]


@pytest.mark.parametrize("default", DEFAULTS)
async def test_the_database_refuses_a_second_default(
    api: httpx.AsyncClient, owner: asyncpg.Connection, default: str
) -> None:
    ada = await posted(api)
    await lives_at(api, ada, **{default: True})
    another = await lives_at(api, ada)

    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(
            f"update customers.address set {default} = true where id = $1", another["id"]
        )


async def test_of_two_defaults_at_once_one_stays(world: World) -> None:
    ada = await taken_in(world)
    one, another = [await added(world, ada.id) for _ in range(2)]
    default = AddressChanges(is_default_shipping=True)

    await race(
        world,
        lambda tx: change_address(tx, ada.id, one.id, default),
        lambda tx: change_address(tx, ada.id, another.id, default),
    )

    async with world.program("customers:read") as api:
        shown = await addresses(api, {"id": str(ada.id)})
    assert {each["id"]: each["is_default_shipping"] for each in shown} == {
        str(one.id): False,
        str(another.id): True,
    }


async def added(world: World, customer_id: Any) -> CustomerAddress:
    address = msgspec.convert(HOME, Address)
    return await world.do(
        lambda tx: add_address(
            tx, customer_id, address, is_default_shipping=False, is_default_billing=False
        )
    )


async def test_a_customer_has_at_most_a_hundred(world: World, api: httpx.AsyncClient) -> None:
    """However many come at once."""
    ada = await taken_in(world)
    for _ in range(MOST - 3):
        await added(world, ada.id)

    outcomes = await asyncio.gather(
        *(added(world, ada.id) for _ in range(8)), return_exceptions=True
    )

    assert sum(isinstance(one, CustomerAddress) for one in outcomes) == 3
    refused = await api.post(f"/v1/customers/{ada.id}/addresses", json=HOME)
    assert problem(refused, 409, "too_many_addresses")["most"] == MOST


async def test_an_address_is_removed(api: httpx.AsyncClient) -> None:
    ada = await posted(api)
    home = await lives_at(api, ada)
    path = f"/v1/customers/{ada['id']}/addresses/{home['id']}"

    removed = await api.delete(path)

    assert (removed.status_code, removed.content) == (204, b"")
    assert await addresses(api, ada) == []
    problem(await api.delete(path), 404, "address_not_found")
    problem(await api.patch(path, json={"line1": "x"}), 404, "address_not_found")


async def test_an_address_is_of_one_customer(api: httpx.AsyncClient, other: World) -> None:
    ada, bob = await posted(api), await posted(api)
    home = await lives_at(api, ada)

    for method in (api.delete, lambda path: api.patch(path, json={"line1": "x"})):
        refused = await method(f"/v1/customers/{bob['id']}/addresses/{home['id']}")
        problem(refused, 404, "address_not_found")
    async with other.program("*") as stranger:
        path = f"/v1/customers/{ada['id']}/addresses"
        problem(await stranger.get(path), 404, "customer_not_found")
        problem(await stranger.post(path, json=HOME), 404, "customer_not_found")
        problem(await stranger.delete(f"{path}/{home['id']}"), 404, "customer_not_found")
    assert await addresses(api, ada) == [home]


async def test_nobody_has_no_address(api: httpx.AsyncClient, world: World) -> None:
    path = f"/v1/customers/{uuid4()}/addresses"

    problem(await api.get(path), 404, "customer_not_found")
    problem(await api.post(path, json=HOME), 404, "customer_not_found")
    with pytest.raises(CustomerNotFound):
        await added(world, uuid4())


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"line1": ""}, "/line1"),
        ({"line1": None}, "/line1"),
        ({"city": " "}, "/city"),
        ({"name": "x" * 201}, "/name"),
        ({"postal_code": "x" * 21}, "/postal_code"),
        ({"country": "gb"}, "/country"),
        ({"country": "GBR"}, "/country"),
        ({"country": "ZZ"}, "/country"),
        ({"country": "EU"}, "/country"),
        ({"country": "UK"}, "/country"),
        ({"phone": "call me"}, "/phone"),
        ({"is_default_shipping": None}, "/is_default_shipping"),
        ({"street": "x"}, "/street"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_place(
    api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    ada = await posted(api)
    home = await lives_at(api, ada)
    path = f"/v1/customers/{ada['id']}/addresses"

    for refused in (
        await api.post(path, json=HOME | sent),
        await api.patch(f"{path}/{home['id']}", json=sent),
    ):
        assert pointers(problem(refused, 422, "invalid_request")) == [pointer]


async def test_all_that_is_missing_is_told_at_once(api: httpx.AsyncClient) -> None:
    ada = await posted(api)

    refused = await api.post(f"/v1/customers/{ada['id']}/addresses", json={})

    missing = pointers(problem(refused, 422, "invalid_request"))
    assert missing == ["/line1", "/city", "/country"]


def test_countries_are_those_that_there_are() -> None:
    known = {code for code in Locale("en").territories if len(code) == 2 and code.isalpha()}

    assert known - NO_COUNTRIES == COUNTRIES
    assert len(COUNTRIES) == 250


async def test_what_happens_to_an_address_is_told_of_its_customer(
    world: World, api: httpx.AsyncClient
) -> None:
    ada = await posted(api)
    home = await lives_at(api, ada, is_default_billing=True)
    path = f"/v1/customers/{ada['id']}/addresses/{home['id']}"
    for _ in range(2):
        await api.patch(path, json={"city": "Bath"})
    await lives_at(api, ada, is_default_billing=True)
    await api.delete(path)
    await world.relayed(8)

    events = await told(world, ada)

    assert [event["type"].removeprefix("customer.") for event in events] == [
        "created",
        "address_added",
        "address_changed",
        "address_changed",
        "address_added",
        "address_removed",
    ]
    assert [event["data"]["id"] for event in events[1:]].count(home["id"]) == 4
