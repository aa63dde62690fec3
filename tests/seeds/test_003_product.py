"""Seed 003, the product, one test per attribute, in its own words."""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.http.documents import problem
from tests.world import World

ISSUER = "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"


async def made(api: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    answer = await api.post("/v1/products", json={"name": "Song"} | given)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_id(api: httpx.AsyncClient) -> None:
    one, another = await made(api), await made(api)

    assert UUID(one["id"]) != UUID(another["id"])


async def test_organization_id(api: httpx.AsyncClient, other: World) -> None:
    """An organization is a tenant, and a product belongs to the one that made it."""
    song = await made(api)

    async with other.program("*") as stranger:
        problem(await stranger.get(f"/v1/products/{song['id']}"), 404, "product_not_found")


async def test_name(api: httpx.AsyncClient) -> None:
    assert (await made(api, name="Album"))["name"] == "Album"
    problem(await api.post("/v1/products", json={}), 422, "invalid_request")


async def test_description_is_optional(api: httpx.AsyncClient) -> None:
    assert (await made(api))["description"] is None
    assert (await made(api, description="Twelve songs."))["description"] == "Twelve songs."


async def test_asset_id(api: httpx.AsyncClient) -> None:
    """The asset on which the price arrives: native, or a code and its issuer."""
    assert (await made(api, settlement_asset="XLM"))["settlement_asset"] == "XLM"
    issued = f"USDC:{ISSUER}"
    assert (await made(api, settlement_asset=issued))["settlement_asset"] == issued
    refused = await api.post("/v1/products", json={"name": "Song", "settlement_asset": "USDC"})
    problem(refused, 422, "settlement_asset_not_valid")


@pytest.mark.parametrize("billing_type", ["one_time", "recurring", "metered"])
async def test_billing_type(api: httpx.AsyncClient, billing_type: str) -> None:
    assert (await made(api, billing_type=billing_type))["billing_type"] == billing_type
    refused = await api.post("/v1/products", json={"name": "Song", "billing_type": "weekly"})
    problem(refused, 422, "invalid_request")


async def test_active(api: httpx.AsyncClient) -> None:
    song = await made(api)
    assert song["active"] is True

    changed = await api.patch(f"/v1/products/{song['id']}", json={"active": False})

    assert changed.json()["active"] is False


async def test_created_at_and_updated_at(api: httpx.AsyncClient) -> None:
    song = await made(api)

    changed = (await api.patch(f"/v1/products/{song['id']}", json={"name": "Hymn"})).json()

    assert changed["created_at"] == song["created_at"] == song["updated_at"]
    assert datetime.fromisoformat(changed["updated_at"]) > datetime.fromisoformat(
        song["updated_at"]
    )


async def test_metadata_is_an_object(api: httpx.AsyncClient) -> None:
    assert (await made(api, metadata={"key": [1, {"deep": True}]}))["metadata"] == {
        "key": [1, {"deep": True}]
    }
    refused = await api.post("/v1/products", json={"name": "Song", "metadata": []})
    problem(refused, 422, "invalid_request")
