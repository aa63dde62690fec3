"""Merges: of two who turn out to be one nothing is lost, and either id leads to them."""

from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder import customers
from guilder.customers import CustomerId, CustomerNotFound
from guilder.customers.customers import CustomerMergedAway
from guilder.customers.merges import merge
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
from tests.http.documents import pointers, problem
from tests.race import race
from tests.world import World


async def test_what_is_empty_is_filled_and_the_rest_stays(api: httpx.AsyncClient) -> None:
    ada = await posted(api, name="Ada", app_metadata={"a": 1}, internal_metadata={"x": 1})
    other = await posted(
        api, **ADA | {"app_metadata": {"a": 2, "b": 2}, "internal_metadata": {"y": 2}}
    )

    answer = await merged(api, ada, other)

    assert answer.status_code == 201
    one = answer.json()
    assert {name: one[name] for name in NOTHING} == {
        "email": ADA["email"],
        "name": "Ada",
        "phone": ADA["phone"],
        "app_metadata": {"a": 1, "b": 2},
        "internal_metadata": {"x": 1, "y": 2},
    }
    assert (one["id"], one["created_at"]) == (ada["id"], ada["created_at"])


async def test_metadata_grows_to_its_limit_and_loses_nothing_of_ones_own(
    api: httpx.AsyncClient,
) -> None:
    mine = {f"mine {number}": number for number in range(40)}
    ada = await posted(api, app_metadata=mine)
    other = await posted(api, app_metadata={f"theirs {number}": number for number in range(40)})

    together = (await merged(api, ada, other)).json()["app_metadata"]

    assert len(together) == 50
    assert together.items() >= mine.items()


async def test_the_id_of_who_was_merged_leads_to_who_they_are_now(api: httpx.AsyncClient) -> None:
    """However many steps it took."""
    first, second, third = [await posted(api, name=name) for name in ("A", "B", "C")]
    await merged(api, second, first)
    await merged(api, third, second)

    for one in (first, second, third):
        shown = (await api.get(f"/v1/customers/{one['id']}")).json()
        assert (shown["id"], shown["name"]) == (third["id"], "C")
        export = (await api.get(f"/v1/customers/{one['id']}/export")).json()
        assert set(export["ids"]) == {first["id"], second["id"], third["id"]}


async def test_every_id_is_known(world: World) -> None:
    first, second, third, nobody = [await taken_in(world) for _ in range(4)]
    await world.do(lambda tx: merge(tx, second.id, first.id))
    await world.do(lambda tx: merge(tx, third.id, second.id))

    async with world.tx() as tx:
        for one in (first, second, third):
            assert set(await customers.ids_of(tx, one.id)) == {first.id, second.id, third.id}
        assert await customers.ids_of(tx, nobody.id) == [nobody.id]
        assert await customers.ids_of(tx, CustomerId(uuid4())) == []


async def test_who_was_merged_is_neither_listed_nor_found(api: httpx.AsyncClient) -> None:
    ada, other = await posted(api, name="Ada King"), await posted(api, **ADA)

    await merged(api, ada, other)

    for query in ({}, {"search": "ada"}, {"email": ADA["email"]}):
        listed = (await api.get("/v1/customers", params=query)).json()["data"]
        assert [one["id"] for one in listed] == [ada["id"]]
    assert (await api.get("/v1/customers?search=lovelace")).json()["data"] == []


async def test_the_email_of_who_was_merged_is_free(api: httpx.AsyncClient) -> None:
    ada = await posted(api, email="king@example.com")

    await merged(api, ada, await posted(api, **ADA))

    assert (await api.get(f"/v1/customers/{ada['id']}")).json()["email"] == "king@example.com"
    assert (await posted(api, email=ADA["email"]))["email"] == ADA["email"]


async def test_addresses_move_and_ones_own_defaults_stay(api: httpx.AsyncClient) -> None:
    ada, other = await posted(api), await posted(api)
    mine = await lives_at(api, ada, line1="mine", is_default_shipping=True)
    theirs = await lives_at(
        api, other, line1="theirs", is_default_shipping=True, is_default_billing=True
    )

    await merged(api, ada, other)

    assert [
        (one["id"], one["customer_id"], one["is_default_shipping"], one["is_default_billing"])
        for one in await addresses(api, ada)
    ] == [(theirs["id"], ada["id"], False, True), (mine["id"], ada["id"], True, False)]
    assert await addresses(api, other) == await addresses(api, ada)


async def test_nothing_is_written_to_who_was_merged(api: httpx.AsyncClient) -> None:
    ada, other, third = [await posted(api) for _ in range(3)]
    await merged(api, ada, other)
    path = f"/v1/customers/{other['id']}"

    for refused in (
        await api.patch(path, json={"name": "Ada"}),
        await api.post(f"{path}/addresses", json=HOME),
        await merged(api, other, third),
        await merged(api, third, other),
        await erased(api, other),
    ):
        document = problem(refused, 409, "customer_merged_away")
        assert document["merged_into_id"] == ada["id"]


async def test_the_database_keeps_nothing_of_who_was_merged(
    api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    ada, other = await posted(api), await posted(api, **ADA)
    await merged(api, ada, other)

    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("update customers.customer set name = 'A' where id = $1", other["id"])
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(
            "update customers.customer set merged_into_id = id where id = $1", ada["id"]
        )


async def test_merging_again_changes_nothing(world: World, api: httpx.AsyncClient) -> None:
    ada, other = await posted(api), await posted(api, **ADA)

    one = (await merged(api, ada, other)).json()
    again = (await merged(api, ada, other)).json()
    await world.relayed(5)

    assert again == one
    events = await told(world, ada)
    assert [event["type"] for event in events] == ["customer.created", "customer.merged"]
    assert events[1]["data"]["customer"]["id"] == ada["id"]
    assert events[1]["data"]["merged"]["email"] == ADA["email"]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [({}, "/customer_id"), ({"customer_id": "me"}, "/customer_id"), ({"id": "x"}, "/id")],
)
async def test_a_merge_needs_another(
    api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    ada = await posted(api)
    path = f"/v1/customers/{ada['id']}/merges"

    assert pointer in pointers(problem(await api.post(path, json=sent), 422, "invalid_request"))
    problem(await merged(api, ada, ada), 422, "merge_with_oneself")
    problem(await merged(api, ada, {"id": str(uuid4())}), 404, "customer_not_found")
    problem(await merged(api, {"id": str(uuid4())}, ada), 404, "customer_not_found")


async def test_who_was_erased_is_not_merged(api: httpx.AsyncClient) -> None:
    ada, gone = await posted(api), await posted(api)
    await erased(api, gone)

    problem(await merged(api, ada, gone), 409, "customer_gone")
    problem(await merged(api, gone, ada), 409, "customer_gone")


async def test_another_tenants_customer_is_not_merged(api: httpx.AsyncClient, other: World) -> None:
    ada = await posted(api, **ADA)
    async with other.program("*") as stranger:
        theirs = await posted(stranger)

        problem(await merged(stranger, theirs, ada), 404, "customer_not_found")
        problem(await merged(stranger, ada, theirs), 404, "customer_not_found")
    assert (await api.get(f"/v1/customers/{ada['id']}")).json() == ada


@pytest.mark.parametrize("crosswise", [False, True])
async def test_of_two_merges_of_the_same_two_the_second_sees_the_first(
    world: World, *, crosswise: bool
) -> None:
    ada, other = await taken_in(world), await taken_in(world, **ADA)
    third = await taken_in(world)
    second = (other.id, ada.id) if crosswise else (third.id, other.id)

    kept, late = await race(
        world, lambda tx: merge(tx, ada.id, other.id), lambda tx: merge(tx, *second)
    )

    assert kept.email == ADA["email"]
    assert isinstance(late, CustomerMergedAway)
    assert late.merged_into_id == ada.id


async def test_a_change_that_waits_for_a_merge_is_refused(world: World) -> None:
    ada, other = await taken_in(world), await taken_in(world, **ADA)

    _, late = await race(
        world, lambda tx: merge(tx, ada.id, other.id), lambda tx: changed(tx, other, name="B")
    )

    assert isinstance(late, CustomerMergedAway)


async def test_who_is_about_to_pay_is_merged_afterwards(world: World) -> None:
    """Or what they leave would be missed by whoever takes it over."""
    ada, other = await taken_in(world), await taken_in(world)

    paid, kept = await race(
        world,
        lambda tx: customers.keep_usable(tx, other.id),
        lambda tx: merge(tx, ada.id, other.id),
    )

    assert (paid, kept.id) == (None, ada.id)


async def test_who_is_being_merged_pays_no_more(world: World) -> None:
    ada, other = await taken_in(world), await taken_in(world)

    _, late = await race(
        world,
        lambda tx: merge(tx, ada.id, other.id),
        lambda tx: customers.keep_usable(tx, other.id),
    )

    assert isinstance(late, CustomerNotFound)


async def test_an_email_that_moves_is_not_taken_meanwhile(world: World) -> None:
    ada, other = await taken_in(world), await taken_in(world, email="one@example.com")
    bob = await taken_in(world)

    async def take(email: str) -> Any:
        return await world.do(lambda tx: changed(tx, bob, email=email))

    kept, late = await race(
        world,
        lambda tx: merge(tx, ada.id, other.id),
        lambda tx: customers.create_customer(tx, **NOTHING | {"email": "ONE@example.com"}),
    )

    assert kept.email == "one@example.com"
    assert type(late).__name__ == "EmailTaken"
    with pytest.raises(type(late)):
        await take("one@example.com")
