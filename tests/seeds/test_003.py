"""Seed 003, one test per rule: what it says of customers, in its own words.

Its organization is our tenant. Who may act stands in `test_003_identity.py`.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from guilder.customers import BuyerView, show_to_buyer
from tests.customers.people import ADA, NOTHING, posted, taken_in
from tests.http.documents import problem
from tests.world import World

COLUMNS = """
    select attname, format_type(atttypid, atttypmod) as type, attnotnull as is_required
    from pg_attribute
    where attrelid = 'customers.customer'::regclass and attnum > 0 and not attisdropped
"""


async def test_customer_has_the_attributes_of_the_model(
    api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    columns = {name: (kind, needed) for name, kind, needed in await owner.fetch(COLUMNS)}

    wanted = {
        "id": ("uuid", True),
        "tenant_id": ("uuid", True),
        "email": ("text", False),
        "name": ("text", False),
        "phone": ("text", False),
        "app_metadata": ("jsonb", True),
        "internal_metadata": ("jsonb", True),
        "created_at": ("timestamp with time zone", True),
        "updated_at": ("timestamp with time zone", True),
    }
    assert {name: columns[name] for name in wanted} == wanted
    ada = await posted(api, **ADA)
    assert ada.keys() >= wanted.keys() - {"tenant_id"}
    assert UUID(ada["id"])
    assert datetime.fromisoformat(ada["created_at"]) <= datetime.fromisoformat(ada["updated_at"])


@pytest.mark.parametrize("name", ["email", "name", "phone"])
async def test_customer_email_name_and_phone_are_optional(
    api: httpx.AsyncClient, name: str
) -> None:
    given: dict[str, Any] = {each: value for each, value in ADA.items() if each != name}

    assert (await posted(api, **given))[name] is None
    assert {each: (await posted(api))[each] for each in NOTHING} == NOTHING


async def test_customer_organization_id_email_is_unique_where_email_is_not_null(
    api: httpx.AsyncClient, other: World
) -> None:
    ada = await posted(api, email=ADA["email"])

    taken = await api.post("/v1/customers", json={"email": ADA["email"]})

    problem(taken, 409, "email_taken")
    nameless = [await posted(api), await posted(api)]
    async with other.program("*") as stranger:
        elsewhere = await posted(stranger, email=ADA["email"])
    assert len({one["id"] for one in (ada, *nameless, elsewhere)}) == 4


async def test_customer_app_metadata_is_exposed_to_client(world: World) -> None:
    assert show_to_buyer(await taken_in(world, **ADA)).app_metadata == ADA["app_metadata"]


async def test_customer_internal_metadata_is_internal_only(
    world: World, api: httpx.AsyncClient
) -> None:
    """The tenant's own API has it, and a buyer does not."""
    ada = await taken_in(world, **ADA)

    shown = (await api.get(f"/v1/customers/{ada.id}")).json()

    assert shown["internal_metadata"] == ADA["internal_metadata"]
    assert "internal_metadata" not in BuyerView.__struct_fields__
