"""The people of a test: taken in, given an address, and looked at."""

from typing import Any
from uuid import UUID

import httpx

from guilder.customers import Customer
from guilder.customers.customer import CustomerChanges
from guilder.customers.customers import change_customer, create_customer
from guilder.db import Tx
from tests.world import World

ADA: dict[str, Any] = {
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "phone": "+44 20 7946 0000",
    "app_metadata": {"segment": "early"},
    "internal_metadata": {"risk": {"score": 3}},
}
NOTHING: dict[str, Any] = {
    "email": None,
    "name": None,
    "phone": None,
    "app_metadata": {},
    "internal_metadata": {},
}
HOME: dict[str, Any] = {
    "name": "Ada Lovelace",
    "company": "Analytical Engines",
    "line1": "12 St James's Square",
    "line2": "Second floor",
    "city": "London",
    "region": "Greater London",
    "postal_code": "SW1Y 4JH",
    "country": "GB",
    "phone": "+44 20 7946 0000",
}


async def taken_in(world: World, **wanted: Any) -> Customer:
    return await world.do(lambda tx: create_customer(tx, **(NOTHING | wanted)))


async def changed(tx: Tx, customer: Customer, **wanted: Any) -> Customer:
    return await change_customer(tx, customer.id, CustomerChanges(**wanted))


async def posted(api: httpx.AsyncClient, **wanted: Any) -> Any:
    """A customer, as the API shows them."""
    answer = await api.post("/v1/customers", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def lives_at(api: httpx.AsyncClient, customer: Any, **further: Any) -> Any:
    """An address of a customer, as the API shows it."""
    path = f"/v1/customers/{customer['id']}/addresses"
    answer = await api.post(path, json=HOME | further)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def addresses(api: httpx.AsyncClient, customer: Any) -> list[Any]:
    answer = await api.get(f"/v1/customers/{customer['id']}/addresses")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["data"]
    return found


async def merged(api: httpx.AsyncClient, customer: Any, other: Any) -> httpx.Response:
    path = f"/v1/customers/{customer['id']}/merges"
    return await api.post(path, json={"customer_id": other["id"]})


async def erased(api: httpx.AsyncClient, customer: Any) -> httpx.Response:
    return await api.post(f"/v1/customers/{customer['id']}/erasures")


async def told(world: World, customer: Any) -> list[Any]:
    """What the log says of a customer, oldest first."""
    async with world.program("events:read") as reader:
        answer = await reader.get("/v1/events", params={"object": str(id_of(customer))})
    found: list[Any] = answer.json()["data"]
    return found[::-1]


def id_of(customer: Any) -> UUID:
    return customer.id if isinstance(customer, Customer) else UUID(customer["id"])
