"""Shipping options over HTTP: where to, how heavy, and for how much."""

from typing import Any

import httpx
import pytest

from guilder.checkout.shipping.option import OptionChanges
from guilder.checkout.shipping.options import change_option
from tests.http.documents import pointers, problem
from tests.race import race
from tests.world import World

PATH = "/v1/shipping-options"
PARCEL: dict[str, Any] = {"name": "Parcel", "currency": "EUR", "amount": 499}


async def made(api: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    created = await api.post(PATH, json=PARCEL | wanted)
    assert created.status_code == 201, created.text
    return created.json()  # type: ignore[no-any-return]


async def test_an_option_is_set_up_changed_and_withdrawn(api: httpx.AsyncClient) -> None:
    wanted = {
        "countries": ["NL", "BE"],
        "min_weight_grams": 100,
        "max_weight_grams": 5000,
        "free_from": 5000,
        "tax_category": "freight",
        "delivery_days": 2,
        "position": 1,
        "metadata": {"carrier": "post"},
    }
    created = await made(api, **wanted)
    path = f"{PATH}/{created['id']}"

    assert {name: created[name] for name in PARCEL | wanted} == PARCEL | wanted
    assert (await api.get(path)).json() == created
    changed = (await api.patch(path, json={"amount": 599, "countries": None})).json()
    assert changed == created | {
        "amount": 599, "countries": None, "updated_at": changed["updated_at"],
    }  # fmt: skip
    for _ in range(2):
        assert (await api.delete(path)).json()["is_active"] is False
    assert (await api.get(f"{PATH}?active=true")).json()["data"] == []


async def test_options_are_listed_newest_first(api: httpx.AsyncClient) -> None:
    for name in "abcd":
        await made(api, name=name)

    first = (await api.get(f"{PATH}?limit=3")).json()
    rest = (await api.get(f"{PATH}?limit=3&cursor={first['next_cursor']}")).json()

    assert "".join(one["name"] for one in first["data"] + rest["data"]) == "dcba"


async def test_weights_are_in_order(api: httpx.AsyncClient) -> None:
    heavy = PARCEL | {"min_weight_grams": 2, "max_weight_grams": 1}
    problem(await api.post(PATH, json=heavy), 422, "weights_not_in_order")

    created = await made(api, min_weight_grams=2)
    refused = await api.patch(f"{PATH}/{created['id']}", json={"max_weight_grams": 1})
    problem(refused, 422, "weights_not_in_order")


@pytest.mark.parametrize(
    ("sent", "code"),
    [({"currency": "EURO"}, "invalid_request"), ({"currency": "XXY"}, "currency_not_known")],
)
async def test_a_currency_is_known(api: httpx.AsyncClient, sent: dict[str, Any], code: str) -> None:
    problem(await api.post(PATH, json=PARCEL | sent), 422, code)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"amount": -1}, "/amount"),
        ({"countries": []}, "/countries"),
        ({"countries": ["Holland"]}, "/countries/0"),
        ({"free_from": 0}, "/free_from"),
        ({"delivery_days": 366}, "/delivery_days"),
        ({"min_weight_grams": -1}, "/min_weight_grams"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_place(
    api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    refused = await api.post(PATH, json=PARCEL | sent)

    assert pointers(problem(refused, 422, "invalid_request")) == [pointer]


async def test_of_two_changes_at_once_none_is_lost(world: World, api: httpx.AsyncClient) -> None:
    created = await made(api)

    await race(
        world,
        lambda tx: change_option(tx, created["id"], OptionChanges(amount_minor=1)),
        lambda tx: change_option(tx, created["id"], OptionChanges(name="Letter")),
    )

    shown = (await api.get(f"{PATH}/{created['id']}")).json()
    assert (shown["amount"], shown["name"]) == (1, "Letter")


async def test_another_tenant_sees_nothing_of_it(api: httpx.AsyncClient, other: World) -> None:
    path = f"{PATH}/{(await made(api))['id']}"

    async with other.program("*") as stranger:
        for unseen in (
            await stranger.get(path),
            await stranger.patch(path, json={}),
            await stranger.delete(path),
        ):
            problem(unseen, 404, "shipping_option_not_found")
