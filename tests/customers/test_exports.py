"""Exports: everything that is held about a customer, and nothing that the key may not read."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from guilder.customers import Exports, exports
from guilder.manifest import Export, Person
from tests.customers.people import ADA, addresses, erased, lives_at, merged, posted
from tests.http.documents import problem
from tests.payments.till import Till, new
from tests.world import World


async def exported(api: httpx.AsyncClient, customer: Any) -> Any:
    answer = await api.get(f"/v1/customers/{customer['id']}/export")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_everything_is_in_one_document(till: Till, api: httpx.AsyncClient) -> None:
    ada, bob = await posted(api, **ADA), await posted(api)
    home = await lives_at(api, ada)
    saved = {"token": "pm_card_visa", "customer_id": ada["id"]}
    method = (await api.post("/v1/payment-methods", json=saved)).json()
    payment = await till.paid("20.00", customer_id=UUID(ada["id"]))
    await till.paid("30.00", customer_id=UUID(bob["id"]))

    everything = await exported(api, ada)

    assert everything == {
        "customer": ada,
        "ids": [ada["id"]],
        "addresses": [home],
        "records": {
            "payments": [(await api.get(f"/v1/payments/{payment.id}")).json()],
            "payment_methods": [method],
            "carts": [],
            "checkouts": [],
            "orders": [],
        },
        "incomplete": [],
    }


async def test_what_was_under_another_id_is_in_it(till: Till, api: httpx.AsyncClient) -> None:
    ada, other = await posted(api, **ADA), await posted(api)
    await lives_at(api, other)
    paid = [await till.paid("1.00", customer_id=UUID(each["id"])) for each in (other, ada)]
    await merged(api, ada, other)

    for asked in (ada, other):
        everything = await exported(api, asked)

        assert set(everything["ids"]) == {ada["id"], other["id"]}
        assert everything["addresses"] == await addresses(api, ada)
        payments = [one["id"] for one in everything["records"]["payments"]]
        assert payments == [str(one.id) for one in paid[::-1]]


async def test_of_who_was_erased_the_books_are_left(till: Till, api: httpx.AsyncClient) -> None:
    ada = await posted(api, **ADA)
    await till.paid("1.00", customer_id=UUID(ada["id"]))
    await erased(api, ada)

    everything = await exported(api, ada)

    assert everything["customer"]["email"] is None
    assert everything["addresses"] == []
    assert len(everything["records"]["payments"]) == 1


async def test_an_export_opens_nothing_that_is_closed(world: World, api: httpx.AsyncClient) -> None:
    ada = await posted(api, **ADA)

    most = ("customers:read", "payments:read", "checkout:read", "orders:read")
    async with world.program(*most) as reader:
        refused = await reader.get(f"/v1/customers/{ada['id']}/export")
    assert problem(refused, 403, "export_not_allowed")["needs"] == ["payment_methods:read"]
    async with world.program("payments:read", "payment_methods:read") as reader:
        refused = await reader.get(f"/v1/customers/{ada['id']}/export")
        problem(refused, 403, "permission_missing")


async def test_nobody_is_exported(api: httpx.AsyncClient, other: World) -> None:
    ada = await posted(api, **ADA)

    problem(await api.get(f"/v1/customers/{uuid4()}/export"), 404, "customer_not_found")
    async with other.program("*") as stranger:
        path = f"/v1/customers/{ada['id']}/export"
        problem(await stranger.get(path), 404, "customer_not_found")


async def test_a_document_has_an_end_and_says_where_there_is_more(
    monkeypatch: pytest.MonkeyPatch, till: Till, api: httpx.AsyncClient
) -> None:
    monkeypatch.setattr(exports, "MOST", 2)
    ada = await posted(api)
    await till.create(*(new("1.00", customer_id=UUID(ada["id"])) for _ in range(3)))

    everything = await exported(api, ada)

    assert len(everything["records"]["payments"]) == 2
    assert everything["incomplete"] == ["payments"]


async def test_whoever_holds_something_adds_it(world: World) -> None:
    """A package hands its part to the composition root, and is not known here."""

    async def orders(tx: Any, person: Person, most: int) -> list[Any]:
        return [{"of": person, "most": most, "tenant": tx.tenant_id}]

    asked = Person([uuid4()], "ada@example.com")
    held = Exports([Export("orders", "orders:read", orders)])

    async with world.tx() as tx:
        found = await held.records(tx, asked)  # type: ignore[arg-type]

    assert found == {"orders": [{"of": asked, "most": exports.MOST + 1, "tenant": world.tenant_id}]}
