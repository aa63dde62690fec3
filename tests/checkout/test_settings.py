"""Settings: how a tenant sells, and the defaults of one that has not said."""

from typing import Any

import httpx
import pytest

from guilder.checkout.settings import SettingsChanges, change_settings
from tests.http.documents import pointers, problem
from tests.race import race
from tests.world import World

PATH = "/v1/checkout-settings"
DEFAULTS: dict[str, Any] = {
    "seller_country": None,
    "seller_region": None,
    "vat_number": None,
    "checkout_minutes": 30,
    "cart_days": 30,
    "abandoned_minutes": 60,
    "max_refunds": 20,
    "logo_url": None,
    "brand_color": None,
    "support_email": None,
    "seller_address": None,
    "send_receipts": True,
    "issue_invoices": False,
}


async def test_who_has_said_nothing_sells_by_the_defaults(api: httpx.AsyncClient) -> None:
    assert (await api.get(PATH)).json() == DEFAULTS


async def test_what_is_not_named_stays_and_null_takes_away(api: httpx.AsyncClient) -> None:
    dutch = {"seller_country": "NL", "vat_number": "nl 8537.46.333.B01"}
    first = (await api.patch(PATH, json=dutch | {"cart_days": 7})).json()
    second = (await api.patch(PATH, json={"vat_number": None})).json()

    assert first == DEFAULTS | {
        "seller_country": "NL", "vat_number": "NL853746333B01", "cart_days": 7,
    }  # fmt: skip
    assert second == first | {"vat_number": None} == (await api.get(PATH)).json()


async def test_a_vat_number_is_valid_within_the_eu(api: httpx.AsyncClient) -> None:
    wrong = {"seller_country": "NL", "vat_number": "NL853746334B01"}

    problem(await api.patch(PATH, json=wrong), 422, "vat_number_not_valid")
    assert (await api.get(PATH)).json() == DEFAULTS
    swiss = {"seller_country": "CH", "vat_number": "CHE-107.787.577"}
    assert (await api.patch(PATH, json=swiss)).json()["vat_number"] == swiss["vat_number"]


@pytest.mark.parametrize(
    "sent",
    [
        {"seller_country": "nl"},
        {"seller_region": ""},
        {"vat_number": "x"},
        {"checkout_minutes": 0},
        {"cart_days": 366},
        {"abandoned_minutes": None},
        {"max_refunds": 1001},
        {"send_receipts": "no"},
        {"issue_invoices": 1},
        {"colour": "red"},
    ],
)
async def test_what_cannot_be_is_refused_at_its_place(
    api: httpx.AsyncClient, sent: dict[str, Any]
) -> None:
    refused = problem(await api.patch(PATH, json=sent), 422, "invalid_request")

    assert pointers(refused) == [f"/{name}" for name in sent]


async def test_who_sells_is_told_as_on_a_parcel(api: httpx.AsyncClient) -> None:
    address = {"company": "Tulip & Sons", "line1": "Damrak 1", "city": "Delft", "country": "NL"}

    told = (await api.patch(PATH, json={"seller_address": address, "send_receipts": False})).json()

    assert told["seller_address"] == {
        **dict.fromkeys(("name", "line2", "region", "postal_code", "phone")),
        **address,
    }
    assert told["send_receipts"] is False
    assert (await api.get(PATH)).json() == told
    again = await api.patch(PATH, json={"seller_address": None, "send_receipts": True})
    assert again.json() == DEFAULTS


async def test_of_two_changes_at_once_none_is_lost(world: World, api: httpx.AsyncClient) -> None:
    await race(
        world,
        lambda tx: change_settings(tx, SettingsChanges(cart_days=7)),
        lambda tx: change_settings(tx, SettingsChanges(max_refunds=3)),
    )

    assert (await api.get(PATH)).json() == DEFAULTS | {"cart_days": 7, "max_refunds": 3}


async def test_each_tenant_has_its_own(api: httpx.AsyncClient, other: World) -> None:
    await api.patch(PATH, json={"cart_days": 7})

    async with other.program("checkout:read") as stranger:
        assert (await stranger.get(PATH)).json() == DEFAULTS
        problem(await stranger.patch(PATH, json={}), 403, "permission_missing")


async def test_a_look_is_one_that_a_page_can_have(api: httpx.AsyncClient) -> None:
    look = {
        "logo_url": "https://shop.example/logo.svg",
        "brand_color": "#7a1f5c",
        "support_email": "help@shop.example",
    }

    assert (await api.patch(PATH, json=look)).json() == DEFAULTS | look
    for wrong in (
        {"logo_url": "http://shop.example/logo.svg"},
        {"logo_url": 'https://shop.example/"x'},
        {"brand_color": "red"},
        {"brand_color": "#7A1F5C;x"},
        {"support_email": "nobody"},
    ):
        refused = problem(await api.patch(PATH, json=wrong), 422, "invalid_request")
        assert pointers(refused) == [f"/{name}" for name in wrong]
    assert (await api.get(PATH)).json() == DEFAULTS | look
