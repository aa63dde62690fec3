"""Erasures: all that is personal about a customer is gone, wherever it stood; the books stay."""

import asyncio
from typing import Any, get_type_hints
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from guilder.customers import Claims, Customer
from guilder.customers.customers import CustomerGone
from guilder.customers.erasures import erase
from guilder.customers.manifest import MANIFEST
from guilder.customers.reactions import ERASED, without_persons
from guilder.db import Tx
from tests.customers.people import (
    ADA,
    HOME,
    NOTHING,
    addresses,
    changed,
    erased,
    lives_at,
    merged,
    posted,
    taken_in,
    told,
)
from tests.http.documents import problem
from tests.race import race
from tests.world import World

PERSONAL = (
    "ada@example",
    "Lovelace",
    "7946",
    "early",
    "score",
    "Engines",
    "James",
    "London",
    "SW1Y",
)
"""What may stand nowhere any more."""

NOBODY_ELSE = Claims(())

TEXT_OF_ALL = """
    select string_agg(t::text, ' ') from customers.customer as t where tenant_id = $1
    union all
    select string_agg(t::text, ' ') from customers.address as t where tenant_id = $1
    union all
    select string_agg(t::text, ' ') from customers.search_word as t where tenant_id = $1
    union all
    select string_agg(t::text, ' ') from events.event as t where tenant_id = $1
    union all
    select string_agg(t::text, ' ') from events.outbox as t where tenant_id = $1
"""


async def whatever_is_left(owner: asyncpg.Connection, world: World) -> list[str]:
    """What of a person can still be read in the tenant's rows."""
    rows = await owner.fetch(TEXT_OF_ALL, world.tenant_id)
    text = " ".join(row[0] or "" for row in rows)
    return [word for word in PERSONAL if word in text]


async def test_nothing_personal_is_left(
    world: World, api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    """Not in the rows, not in the log of facts, and not of whom they absorbed."""
    ada, other = await posted(api), await posted(api, **ADA)
    await lives_at(api, other, is_default_billing=True)
    home = await lives_at(api, other)
    await api.delete(f"/v1/customers/{other['id']}/addresses/{home['id']}")
    await merged(api, ada, other)
    await api.patch(f"/v1/customers/{ada['id']}", json={"name": "Countess Lovelace"})
    assert await whatever_is_left(owner, world) == list(PERSONAL)

    answer = await erased(api, ada)
    await world.relayed(10)

    assert await whatever_is_left(owner, world) == []
    shown = answer.json()
    assert {name: shown[name] for name in NOTHING} == NOTHING
    assert shown["erased_at"] == shown["updated_at"]
    assert (await api.get(f"/v1/customers/{ada['id']}")).json() == shown
    assert (await api.get(f"/v1/customers/{other['id']}")).json() == shown


async def test_the_log_keeps_its_form(world: World, api: httpx.AsyncClient) -> None:
    """Whoever reads it later still learns what happened, and that it says less than it did."""
    ada, bob = await posted(api, **ADA), await posted(api, name="Bob")
    await lives_at(api, ada)
    await world.relayed(5)
    before = await told(world, ada)

    await erased(api, ada)
    await world.relayed(6)

    created, added, gone = await told(world, ada)
    assert [created["type"], added["type"]] == ["customer.created", "customer.address_added"]
    assert created == before[0] | {"data": created["data"]}
    assert created["data"] == before[0]["data"] | NOTHING | {"is_redacted": True}
    assert added["data"].keys() == before[1]["data"].keys() | {"is_redacted"}
    assert added["data"]["id"] == before[1]["data"]["id"]
    assert gone["type"] == "customer.erased"
    assert gone["data"].keys() == {"id", "ids", "erased_at"}
    assert [one["data"]["name"] for one in await told(world, bob)] == ["Bob"]


async def test_who_reads_it_late_reads_it_all_the_same(
    world: World, api: httpx.AsyncClient
) -> None:
    """A consumer that was held up meanwhile receives each fact as it was emitted, but emptied."""
    ada, other = await posted(api, **ADA), await posted(api)
    await lives_at(api, other)
    await merged(api, ada, other)
    await erased(api, ada)
    await world.relayed(6)
    kinds = {fact.name: get_type_hints(fact)["data"] for fact in MANIFEST.facts}

    events = await told(world, ada) + await told(world, other)

    assert len(events) == 5
    for event in events:
        assert msgspec.convert(event["data"], kinds[event["type"]])


@pytest.mark.parametrize("name", HOME | NOTHING)
def test_every_personal_field_is_known(name: str) -> None:
    assert name in ERASED


def test_what_is_personal_is_found_however_deep_it_lies() -> None:
    data = {"id": "1", "merged": {"name": "Ada", "list": [{"email": "a@b.de", "id": 2}]}}

    assert without_persons(data) == {
        "id": "1",
        "merged": {"name": None, "list": [{"email": None, "id": 2}]},
    }


async def test_the_email_is_free_again(api: httpx.AsyncClient) -> None:
    ada = await posted(api, **ADA)

    await erased(api, ada)

    again = await posted(api, **ADA)
    assert again["id"] != ada["id"]
    listed = (await api.get("/v1/customers")).json()["data"]
    assert [one["id"] for one in listed] == [again["id"]]


async def test_erasing_again_changes_nothing(world: World, api: httpx.AsyncClient) -> None:
    ada = await posted(api, **ADA)

    one, again = [await erased(api, ada) for _ in range(2)]
    await world.relayed(4)

    assert (one.status_code, again.status_code) == (201, 201)
    assert again.json() == one.json()
    events = await told(world, ada)
    assert [event["type"] for event in events] == ["customer.created", "customer.erased"]


async def test_nothing_is_written_to_who_was_erased(api: httpx.AsyncClient) -> None:
    ada = await posted(api, **ADA)
    home = await lives_at(api, ada)
    await erased(api, ada)
    path = f"/v1/customers/{ada['id']}"

    for refused in (
        await api.patch(path, json={"name": "Ada"}),
        await api.post(f"{path}/addresses", json=HOME),
        await api.patch(f"{path}/addresses/{home['id']}", json={"city": "Bath"}),
        await api.delete(f"{path}/addresses/{home['id']}"),
    ):
        problem(refused, 409, "customer_gone")
    assert await addresses(api, ada) == []


async def test_the_database_refuses_to_know_more_of_them(
    api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    ada = await posted(api)
    await erased(api, ada)

    for column in ("email", "name", "phone"):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(
                f"update customers.customer set {column} = '123@4' where id = $1", ada["id"]
            )


async def test_only_ones_own_customers_are_erased(api: httpx.AsyncClient, other: World) -> None:
    ada = await posted(api, **ADA)
    async with other.program("*") as stranger:
        problem(await erased(stranger, ada), 404, "customer_not_found")

    problem(await erased(api, {"id": str(uuid4())}), 404, "customer_not_found")
    assert (await api.get(f"/v1/customers/{ada['id']}")).json() == ada


async def test_of_two_who_erase_at_once_one_tells_it(
    world: World, owner: asyncpg.Connection
) -> None:
    ada = await taken_in(world, **ADA)

    async def erases(tx: Tx) -> Customer:
        return await erase(tx, ada.id, NOBODY_ELSE)

    one, another = await race(world, erases, erases)
    await asyncio.gather(*(world.do(erases) for _ in range(8)))
    await world.relayed(3)

    assert one == another
    assert [event["type"] for event in await told(world, {"id": str(ada.id)})] == [
        "customer.created",
        "customer.erased",
    ]
    assert await whatever_is_left(owner, world) == []


async def test_a_change_that_waits_for_an_erasure_is_refused(world: World) -> None:
    ada = await taken_in(world, **ADA)

    _, late = await race(
        world,
        lambda tx: erase(tx, ada.id, NOBODY_ELSE),
        lambda tx: changed(tx, ada, name="Ada"),
    )

    assert isinstance(late, CustomerGone)


async def test_an_answer_that_is_repeated_is_kept_sealed(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    """For a day the answers to requests with a key are kept, and nobody can read them."""
    headers = {"idempotency-key": "one"}
    created = await api.post("/v1/customers", json=ADA, headers=headers)
    await erased(api, created.json())

    rows: list[Any] = await owner.fetch(
        "select body, work from http.answer where tenant_id = $1", world.tenant_id
    )

    assert rows
    for word in PERSONAL:
        assert word.encode() not in msgspec.msgpack.encode([row["body"] for row in rows])
