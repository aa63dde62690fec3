"""Customers: an e-mail belongs to one of a tenant's, however it is spelled."""

import asyncio
from typing import Any

import httpx
import pytest

from guilder.customers.customers import EmailTaken, create_customer
from tests.customers.people import ADA, NOTHING, changed, posted, taken_in
from tests.http.documents import pointers, problem
from tests.race import race
from tests.world import World


async def test_a_customer_is_taken_in_and_looked_at(api: httpx.AsyncClient) -> None:
    created = await api.post("/v1/customers", json=ADA)

    assert created.status_code == 201
    shown = (await api.get(f"/v1/customers/{created.json()['id']}")).json()
    assert shown == created.json()
    assert {name: shown[name] for name in ADA} == ADA


async def test_a_guest_needs_no_name(api: httpx.AsyncClient) -> None:
    one, another = [(await api.post("/v1/customers", json={})).json() for _ in range(2)]

    assert {name: one[name] for name in NOTHING} == NOTHING
    assert one["id"] != another["id"]


@pytest.mark.parametrize("spelling", ["ada@example.com", "ADA@Example.COM", "\uff41da@example.com"])
async def test_an_email_belongs_to_one_customer(api: httpx.AsyncClient, spelling: str) -> None:
    await api.post("/v1/customers", json=ADA)

    problem(await api.post("/v1/customers", json={"email": spelling}), 409, "email_taken")


async def test_tenants_may_have_the_same_customer(
    world: World, other: World, api: httpx.AsyncClient
) -> None:
    first = await api.post("/v1/customers", json=ADA)
    async with other.program("*") as stranger:
        second = await stranger.post("/v1/customers", json=ADA)
        unseen = await stranger.get(f"/v1/customers/{first.json()['id']}")

    assert (first.status_code, second.status_code) == (201, 201)
    problem(unseen, 404, "customer_not_found")
    assert world.tenant_id != other.tenant_id


async def test_what_is_not_named_stays(api: httpx.AsyncClient) -> None:
    before = (await api.post("/v1/customers", json=ADA)).json()

    changed = await api.patch(f"/v1/customers/{before['id']}", json={"name": "Ada King"})

    assert changed.status_code == 200
    after = changed.json()
    assert after.pop("updated_at") > before.pop("updated_at")
    assert after == before | {"name": "Ada King"}


async def test_null_empties_a_field(api: httpx.AsyncClient) -> None:
    before = await posted(api, **ADA)
    path = f"/v1/customers/{before['id']}"

    emptied = await api.patch(path, json={"email": None, "phone": None, "app_metadata": {}})

    assert emptied.status_code == 200
    assert {name: emptied.json()[name] for name in NOTHING} == ADA | {
        "email": None,
        "phone": None,
        "app_metadata": {},
    }
    assert (await posted(api, email=ADA["email"]))["email"] == ADA["email"]


@pytest.mark.parametrize("name", ["app_metadata", "internal_metadata"])
async def test_metadata_is_emptied_by_an_empty_object_only(
    api: httpx.AsyncClient, name: str
) -> None:
    before = await posted(api, **ADA)

    refused = await api.patch(f"/v1/customers/{before['id']}", json={name: None})

    assert pointers(problem(refused, 422, "invalid_request")) == [f"/{name}"]


async def test_an_email_is_not_taken_from_another(api: httpx.AsyncClient) -> None:
    await api.post("/v1/customers", json=ADA)
    bob = (await api.post("/v1/customers", json={"email": "bob@example.com"})).json()
    path = f"/v1/customers/{bob['id']}"

    problem(await api.patch(path, json={"email": "ADA@example.com"}), 409, "email_taken")
    same = await api.patch(path, json={"email": "BOB@example.com"})

    assert same.json()["email"] == "BOB@example.com"


async def test_of_two_who_take_an_email_at_once_one_has_it(world: World) -> None:
    """The second has to wait and look again, or PostgreSQL would refuse it for us."""
    ada, bob = await taken_in(world, name="Ada"), await taken_in(world, name="Bob")

    _, late = await race(
        world,
        lambda tx: changed(tx, ada, email="one@example.com"),
        lambda tx: changed(tx, bob, email="One@example.com"),
    )

    assert isinstance(late, EmailTaken)


async def test_an_email_that_is_being_given_is_not_taken(world: World) -> None:
    bob = await taken_in(world, name="Bob")
    email = "one@example.com"

    _, late = await race(
        world,
        lambda tx: create_customer(tx, **(NOTHING | {"email": email})),
        lambda tx: changed(tx, bob, email=email),
    )

    assert isinstance(late, EmailTaken)


async def test_sixteen_at_once_take_in_one(world: World) -> None:
    outcomes = await asyncio.gather(
        *(taken_in(world, email="ada@example.com") for _ in range(16)), return_exceptions=True
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, EmailTaken)]
    assert (len(refused), len(outcomes)) == (15, 16)


async def test_customers_are_listed_newest_first_and_found_by_email(
    api: httpx.AsyncClient,
) -> None:
    names = [f"Customer {number}" for number in range(5)]
    for number, name in enumerate(names):
        await api.post("/v1/customers", json={"name": name, "email": f"{number}@example.com"})

    first = (await api.get("/v1/customers?limit=3")).json()
    rest = (await api.get(f"/v1/customers?limit=3&cursor={first['next_cursor']}")).json()
    found = (await api.get("/v1/customers", params={"email": "3@EXAMPLE.com"})).json()

    assert [one["name"] for one in first["data"] + rest["data"]] == names[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert [one["name"] for one in found["data"]] == ["Customer 3"]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"email": "nobody"}, "/email"),
        ({"email": "a b@example.com"}, "/email"),
        ({"email": f"{'a' * 250}@b.de"}, "/email"),
        ({"email": "@example.com"}, "/email"),
        ({"name": " "}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"phone": "call me"}, "/phone"),
        ({"app_metadata": []}, "/app_metadata"),
        ({"app_metadata": {str(key): key for key in range(51)}}, "/app_metadata"),
        ({"internal_metadata": {"x" * 101: 1}}, "/internal_metadata"),
        ({"card_number": "1"}, "/card_number"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_place(
    api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    created = (await api.post("/v1/customers", json={})).json()

    for refused in (
        await api.post("/v1/customers", json=sent),
        await api.patch(f"/v1/customers/{created['id']}", json=sent),
    ):
        assert pointers(problem(refused, 422, "invalid_request")) == [pointer]


async def test_what_happens_to_a_customer_is_told(world: World) -> None:
    ada = await taken_in(world, email="ada@example.com")
    await world.do(lambda tx: changed(tx, ada, name="Ada"))
    await world.do(lambda tx: changed(tx, ada, name="Ada"))
    await world.relayed(3)

    async with world.program("events:read") as reader:
        events = (await reader.get(f"/v1/events?object={ada.id}")).json()["data"]

    assert [event["type"] for event in events] == ["customer.updated", "customer.created"]
    assert [event["data"]["name"] for event in events] == ["Ada", None]


async def test_reading_and_writing_are_permissions_of_their_own(world: World) -> None:
    async with world.program("customers:read") as reader:
        refused = await reader.post("/v1/customers", json=ADA)
        problem(refused, 403, "permission_missing")
        assert (await reader.get("/v1/customers")).json()["data"] == []
    async with world.program("customers:write") as writer:
        assert (await writer.post("/v1/customers", json=ADA)).status_code == 201
        problem(await writer.get("/v1/customers"), 403, "permission_missing")
