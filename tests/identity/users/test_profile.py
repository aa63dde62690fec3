"""A profile holds what its table can hold, and says so before it comes there."""

from typing import Any

import httpx
import pytest

from tests.http.documents import problem
from tests.identity.people import Person, somebody


@pytest.mark.parametrize(
    "change",
    [
        {"username": "wilma\n"},
        {"phone_number": "+31 20 123 4567\n"},
        {"profile": {"avatar_url": "https://tulips.example/w.png\nx"}},
    ],
)
async def test_a_line_end_is_part_of_nothing(person: Person, change: dict[str, Any]) -> None:
    answer = await person.client.patch("/v1/me", json=change)

    problem(answer, 422, "invalid_request")


TURNED = ["Wilma \u202etxt.exe", "Wilma\u2066", "Wil\u0007ma", "Wilma\u0085Vos"]


@pytest.mark.parametrize("name", TURNED)
async def test_a_name_that_controls_how_it_is_written_is_nobodys(
    person: Person, visitor: httpx.AsyncClient, name: str
) -> None:
    new = await visitor.post("/v1/users", json=somebody(name=name))
    refused = [
        await person.client.patch("/v1/me", json=change)
        for change in (
            {"name": name},
            {"profile": {"first_name": name}},
            {"profile": {"last_name": name}},
        )
    ]
    as_username = await person.client.patch("/v1/me", json={"username": name})

    for answer in (new, *refused):
        problem(answer, 422, "person_name_not_valid")
    problem(as_username, 422, "invalid_request")
    assert (await person.client.get("/v1/me")).json() == person.user


@pytest.mark.parametrize("name", TURNED)
async def test_nor_is_it_a_tenants_or_a_roles(
    verified: Person, visitor: httpx.AsyncClient, name: str
) -> None:
    new = await visitor.post("/v1/users", json=somebody(tenant_name=name))
    renamed = await verified.client.patch("/v1/tenant", json={"name": name})
    founded = await verified.client.post("/v1/tenants", json={"name": name})
    role = await verified.client.post(
        "/v1/roles", json={"name": name, "permissions": ["ledger:read"]}
    )

    for answer in (new, renamed, founded):
        problem(answer, 422, "name_not_valid")
    problem(role, 422, "role_name_not_valid")
