"""Who founds the demo is a user like any other: verified, the owner, and able to sign in."""

import httpx

from guilder.app import System
from guilder.cli.demo.founding import FOR_PAGES, Founded, found


async def signed_in(system: System, founded: Founded) -> dict:
    transport = httpx.ASGITransport(app=system.door())
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as client:
        login = {"login": founded.owner_email, "password": founded.owner_password}
        entered = await client.post("/v1/sessions", json=login)
        assert entered.status_code == 201, entered.text
        client.headers["authorization"] = f"Bearer {entered.json()['token']}"
        assert len((await client.get("/v1/sessions")).json()["data"]) == 1
        (member,) = (await client.get("/v1/members")).json()["data"]
    return entered.json()["user"] | {"member": member}


async def test_the_owner_signs_in_at_home(system: System) -> None:
    founded = await found(system)
    user = await signed_in(system, founded)

    assert user["tenant_id"] == str(founded.tenant_id)
    assert user["email_verified"] is True
    assert user["member"]["is_owner"] is True


async def test_a_demo_that_was_lost_is_in_nobody_s_way(system: System) -> None:
    first, second = await found(system), await found(system)

    assert first.owner_email != second.owner_email
    assert first.owner_password != second.owner_password
    assert (await signed_in(system, second))["email"] == second.owner_email


async def test_the_keys_open_what_they_are_for(system: System) -> None:
    founded = await found(system)
    transport = httpx.ASGITransport(app=system.door())
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as client:
        client.headers["authorization"] = f"Bearer {founded.secret_key}"
        keys = (await client.get("/v1/api-keys")).json()["data"]
        assert (await client.get("/v1/tenant")).json()["subscription_tier"] == "enterprise"
    (for_pages,) = (key for key in keys if key["kind"] == "publishable")
    assert for_pages["scopes"] == sorted(FOR_PAGES)
    assert founded.publishable_key.startswith("gpk_live_")
