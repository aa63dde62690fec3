"""Tax rates over HTTP: by country, region and category."""

from typing import Any

import httpx
import pytest

from guilder.checkout.taxes.rate import TaxRateChanges
from guilder.checkout.taxes.rates import change_tax_rate
from tests.http.documents import pointers, problem
from tests.race import race
from tests.world import World

PATH = "/v1/tax-rates"
VAT: dict[str, Any] = {
    "name": "VAT", "country": "NL", "percentage": "21", "is_inclusive": True,
}  # fmt: skip


async def made(api: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    created = await api.post(PATH, json=VAT | wanted)
    assert created.status_code == 201, created.text
    return created.json()  # type: ignore[no-any-return]


async def test_a_rate_is_set_up_changed_and_taken_away(api: httpx.AsyncClient) -> None:
    created = await made(api, region="Utrecht", category="books", percentage=9)
    path = f"{PATH}/{created['id']}"

    assert (await api.get(path)).json() == created
    assert (created["percentage"], created["region"], created["category"]) == (
        "9", "Utrecht", "books",
    )  # fmt: skip
    changed = (await api.patch(path, json={"percentage": "9.5", "is_active": False})).json()
    assert changed == created | {
        "percentage": "9.5", "is_active": False, "updated_at": changed["updated_at"],
    }  # fmt: skip
    assert (await api.delete(path)).status_code == 204
    for gone in (await api.get(path), await api.delete(path), await api.patch(path, json={})):
        problem(gone, 404, "tax_rate_not_found")


async def test_a_place_has_one_rate_of_a_name_for_a_category(api: httpx.AsyncClient) -> None:
    await made(api)
    await made(api, category="books")
    await made(api, region="Utrecht")
    await made(api, country="BE")
    await made(api, name="Levy")

    problem(await api.post(PATH, json=VAT), 409, "tax_rate_exists")


async def test_rates_are_listed_newest_first_and_by_place(api: httpx.AsyncClient) -> None:
    for country, region in (("NL", None), ("US", "CA"), ("US", "NY"), ("US", None)):
        await made(api, country=country, region=region)

    first = (await api.get(f"{PATH}?limit=3")).json()
    rest = (await api.get(f"{PATH}?limit=3&cursor={first['next_cursor']}")).json()
    american = (await api.get(f"{PATH}?country=US")).json()["data"]
    californian = (await api.get(f"{PATH}?country=US&region=CA")).json()["data"]

    listed = [(one["country"], one["region"]) for one in first["data"] + rest["data"]]
    assert listed == [("US", None), ("US", "NY"), ("US", "CA"), ("NL", None)]
    assert (len(american), [one["region"] for one in californian]) == (3, ["CA"])


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"country": "Holland"}, "/country"),
        ({"percentage": "-1"}, "/percentage"),
        ({"percentage": 101}, "/percentage"),
        ({"category": "Books"}, "/category"),
        ({"region": " "}, "/region"),
        ({"name": ""}, "/name"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_place(
    api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    refused = await api.post(PATH, json=VAT | sent)

    assert pointers(problem(refused, 422, "invalid_request")) == [pointer]


async def test_of_two_changes_at_once_none_is_lost(world: World, api: httpx.AsyncClient) -> None:
    created = await made(api)

    await race(
        world,
        lambda tx: change_tax_rate(tx, created["id"], TaxRateChanges(is_active=False)),
        lambda tx: change_tax_rate(tx, created["id"], TaxRateChanges(is_inclusive=False)),
    )

    shown = (await api.get(f"{PATH}/{created['id']}")).json()
    assert (shown["is_active"], shown["is_inclusive"]) == (False, False)


async def test_another_tenant_sees_nothing_of_it(api: httpx.AsyncClient, other: World) -> None:
    path = f"{PATH}/{(await made(api))['id']}"

    async with other.program("*") as stranger:
        for unseen in (
            await stranger.get(path),
            await stranger.patch(path, json={}),
            await stranger.delete(path),
        ):
            problem(unseen, 404, "tax_rate_not_found")
    assert (await api.get(path)).status_code == 200
