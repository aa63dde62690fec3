"""Seed 003 §1, one test per attribute and rule: accounts and organizations, in its own words.

Its account is our user, and its organization our tenant. Members and keys: `test_003_access.py`.
"""

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder.app import System
from tests.http.documents import problem
from tests.identity.people import Person, signed_up, somebody
from tests.identity.sso.company import company, visiting
from tests.identity.team import Team
from tests.seeds.columns import (
    OBJECT,
    OPTIONAL_TEXT,
    TEXT,
    TIMESTAMP,
    columns_of,
)
from tests.seeds.columns import UUID as UUID_COLUMN
from tests.world import World

TIMES = {"created_at": TIMESTAMP, "updated_at": TIMESTAMP}
DEEP = {"key": [1, {"deep": True}], "nothing": None}


async def changed(client: httpx.AsyncClient, path: str, **sent: Any) -> dict[str, Any]:
    answer = await client.patch(path, json=sent)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_account_has_the_attributes_of_the_model(
    person: Person, database: asyncpg.Connection
) -> None:
    wanted = {
        "id": UUID_COLUMN,
        "email": OPTIONAL_TEXT,
        "username": OPTIONAL_TEXT,
        "first_name": OPTIONAL_TEXT,
        "last_name": OPTIONAL_TEXT,
        "avatar_url": OPTIONAL_TEXT,
        "phone_number": OPTIONAL_TEXT,
        "sso_provider": OPTIONAL_TEXT,
        "sso_subject": OPTIONAL_TEXT,
        "metadata": OBJECT,
        **TIMES,
    }

    assert await columns_of(database, "identity.user_account", named=wanted) == wanted
    shown = (await person.client.get("/v1/me")).json()
    flat = {name for name in wanted if not name.startswith(("first", "last", "avatar", "sso"))}
    assert shown.keys() >= {*flat, "profile", "sso"}


async def test_account_profile_first_name_last_name_and_avatar_url(person: Person) -> None:
    profile = {
        "first_name": "Wilma",
        "last_name": "Vos",
        "avatar_url": "https://tulips.example/wilma.png",
    }
    assert (await person.client.get("/v1/me")).json()["profile"] == dict.fromkeys(profile)

    shown = await changed(person.client, "/v1/me", profile=profile)
    less = await changed(person.client, "/v1/me", profile={"avatar_url": None})

    assert shown["profile"] == profile
    assert less["profile"] == profile | {"avatar_url": None}
    script = {"profile": {"avatar_url": "javascript:alert(1)"}}
    problem(await person.client.patch("/v1/me", json=script), 422, "invalid_request")


async def test_account_phone_number_is_optional(person: Person) -> None:
    assert (await person.client.get("/v1/me")).json()["phone_number"] is None

    shown = await changed(person.client, "/v1/me", phone_number="+31 20 123 4567")

    assert shown["phone_number"] == "+31 20 123 4567"
    refused = await person.client.patch("/v1/me", json={"phone_number": "call me"})
    problem(refused, 422, "invalid_request")


async def test_account_sso_provider_and_provider_id(
    system: System, database: asyncpg.Connection
) -> None:
    """They are the issuer's word, by which one account signs in, and nobody's own."""
    async with company(system) as tulips, visiting(tulips.world.system) as visitor:
        wilma = await tulips.person()
        known = tulips.somebody(email=wilma.email)
        entered = (await tulips.sign_in(visitor, **known)).json()
        visitor.headers["authorization"] = f"Bearer {entered['token']}"
        shown = (await visitor.get("/v1/me")).json()
        refused = await visitor.patch("/v1/me", json={"sso": None})
        other = await tulips.person()
        with pytest.raises(asyncpg.UniqueViolationError):
            await database.execute(
                "update identity.user_account set sso_provider = $2, sso_subject = $3"
                " where id = $1",
                other.id,
                tulips.issuer.url,
                known["sub"],
            )

    assert shown["id"] == str(wilma.id)
    assert shown["sso"] == {"provider": tulips.issuer.url, "provider_id": known["sub"]}
    problem(refused, 422, "invalid_request")


async def test_account_metadata_is_an_object(person: Person) -> None:
    assert (await changed(person.client, "/v1/me", metadata=DEEP))["metadata"] == DEEP
    for wrong in ([], "text", None):
        refused = await person.client.patch("/v1/me", json={"metadata": wrong})
        problem(refused, 422, "invalid_request")


async def test_account_created_at_and_updated_at(person: Person) -> None:
    before = (await person.client.get("/v1/me")).json()

    after = await changed(person.client, "/v1/me", phone_number="+31 20 123 4567")

    assert after["created_at"] == before["created_at"]
    assert datetime.fromisoformat(after["updated_at"]) > datetime.fromisoformat(
        before["updated_at"]
    )


async def test_account_email_unique(
    person: Person, visitor: httpx.AsyncClient, team: Team, database: asyncpg.Connection
) -> None:
    again = await visitor.post("/v1/users", json=somebody(email=person.email.upper()))

    problem(again, 409, "email_in_use")
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(
            "update identity.user_account set email = upper($2) where id = $1",
            team.owner.user_id,
            person.email,
        )


async def test_account_username_unique(
    system: System, visitor: httpx.AsyncClient, database: asyncpg.Connection, person: Person
) -> None:
    name = f"w{uuid4().hex[:12]}"
    async with signed_up(system, username=name) as wilma:
        shown = (await wilma.client.get("/v1/me")).json()
        again = await visitor.post("/v1/users", json=somebody(username=name.upper()))
        taken = await person.client.patch("/v1/me", json={"username": name.upper()})
        with pytest.raises(asyncpg.UniqueViolationError):
            await database.execute(
                "update identity.user_account set username = upper($2) where id = $1",
                person.user_id,
                name,
            )

    assert shown["username"] == name
    problem(again, 409, "username_taken")
    problem(taken, 409, "username_taken")


async def test_of_many_who_take_one_username_at_once_one_has_it(
    system: System, person: Person
) -> None:
    wanted = {"username": f"w{uuid4().hex[:12]}"}
    async with signed_up(system) as one, signed_up(system) as another:
        everybody = [person, one, another]
        answers = await asyncio.gather(
            *(each.client.patch("/v1/me", json=wanted) for each in everybody)
        )
        names = [(await each.client.get("/v1/me")).json()["username"] for each in everybody]

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert names.count(wanted["username"]) == 1


async def test_organization_has_the_attributes_of_the_model(
    api: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    settings = {"default_currency": TEXT, "stellar_network": TEXT}
    settings["statement_descriptor"] = OPTIONAL_TEXT
    owner = ("uuid", False)
    wanted = {
        "id": UUID_COLUMN,
        "name": TEXT,
        "description": OPTIONAL_TEXT,
        "owner_id": owner,
        "metadata": OBJECT,
        **TIMES,
    }

    assert await columns_of(database, "identity.tenant", named=wanted | settings) == (
        wanted | settings
    )
    shown = (await api.get("/v1/tenant")).json()
    assert shown.keys() >= {*wanted, "settings"}
    assert shown["settings"].keys() == settings.keys()


async def test_organization_name_and_description(api: httpx.AsyncClient) -> None:
    told = {"name": "Tulip & Sons", "description": "Bulbs."}

    shown = await changed(api, "/v1/tenant", **told)
    less = await changed(api, "/v1/tenant", description=None)

    assert {name: shown[name] for name in told} == told
    assert less["description"] is None
    problem(await api.patch("/v1/tenant", json={"name": None}), 422, "invalid_request")


async def test_organization_owner_account_id_references_account_id(
    team: Team, database: asyncpg.Connection, system: System
) -> None:
    """Who owns it belongs to it, so it is never somebody who is not there."""
    shown = (await team.owner.client.get("/v1/tenant")).json()

    assert shown["owner_id"] == str(team.owner.user_id)
    async with signed_up(system) as stranger:
        for user_id in (uuid4(), stranger.user_id):
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await database.execute(
                    "update identity.tenant set owner_id = $2 where id = $1",
                    team.tenant_id,
                    user_id,
                )


async def test_organization_settings_default_currency(api: httpx.AsyncClient) -> None:
    before = (await api.get("/v1/tenant")).json()["settings"]

    after = await changed(api, "/v1/tenant", settings={"default_currency": "EUR"})

    assert (before["default_currency"], after["settings"]["default_currency"]) == ("USD", "EUR")


@pytest.mark.parametrize("network", ["testnet", "mainnet"])
async def test_organization_settings_stellar_network_is_testnet_or_mainnet(
    world: World, api: httpx.AsyncClient, database: asyncpg.Connection, network: str
) -> None:
    shown = await changed(api, "/v1/tenant", settings={"stellar_network": network})

    assert shown["settings"]["stellar_network"] == network
    refused = await api.patch("/v1/tenant", json={"settings": {"stellar_network": "futurenet"}})
    problem(refused, 422, "invalid_request")
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(
            "update identity.tenant set stellar_network = 'futurenet' where id = $1",
            world.tenant_id,
        )


async def test_organization_settings_statement_descriptor_is_optional(
    api: httpx.AsyncClient,
) -> None:
    assert (await api.get("/v1/tenant")).json()["settings"]["statement_descriptor"] is None

    shown = await changed(api, "/v1/tenant", settings={"statement_descriptor": "TULIPS"})

    assert shown["settings"]["statement_descriptor"] == "TULIPS"


async def test_organization_metadata_is_an_object(api: httpx.AsyncClient) -> None:
    assert (await changed(api, "/v1/tenant", metadata=DEEP))["metadata"] == DEEP
