"""Inventory over HTTP: what is counted, adjusted, and kept for whom."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from guilder import catalog
from guilder.catalog.inventory import BackordersWaiting, count
from tests.catalog.shelf import Shelf, holding
from tests.http.documents import pointers, problem
from tests.race import race
from tests.world import World


async def test_what_there_is_and_is_promised(shelf: Shelf, api: httpx.AsyncClient) -> None:
    vase = await shelf.variant(5)
    await shelf.reserve({vase: 2})

    shown = (await api.get(f"/v1/inventory/{vase}")).json()

    numbers = {name: shown[name] for name in ("on_hand", "reserved", "available", "backordered")}
    assert numbers == {"on_hand": 5, "reserved": 2, "available": 3, "backordered": 0}
    assert (await api.get("/v1/inventory")).json()["data"] == [shown]


async def test_a_variant_is_counted_from_when_it_is_said(
    shelf: Shelf, api: httpx.AsyncClient
) -> None:
    song, path = await shelf.variant(), "/v1/inventory"
    problem(await api.get(f"{path}/{song}"), 404, "not_counted")
    received = {"delta": 3, "reason": "received"}
    problem(await api.post(f"{path}/{song}/adjustments", json=received), 404, "not_counted")

    counted = await api.patch(f"{path}/{song}", json={"allows_backorder": False})

    assert (counted.status_code, counted.json()["on_hand"]) == (200, 0)
    assert await shelf.reserve({song: 1}) is not None
    assert (await api.post(f"{path}/{song}/adjustments", json=received)).status_code == 201
    refused = await api.patch(f"{path}/{uuid4()}", json={"allows_backorder": True})
    problem(refused, 404, "variant_not_found")


async def test_an_adjustment_answers_what_it_made_of_the_stock(
    shelf: Shelf, api: httpx.AsyncClient
) -> None:
    vase = await shelf.variant(5)
    path = f"/v1/inventory/{vase}/adjustments"

    lost = await api.post(path, json={"delta": -2, "reason": "lost", "note": "Nobody knows."})
    counted = await api.post(path, json={"on_hand": 9, "reason": "counted"})

    assert lost.status_code == 201
    assert (lost.json()["delta"], lost.json()["inventory"]["available"]) == (-2, 3)
    assert (counted.json()["delta"], counted.json()["on_hand"]) == (6, 9)
    listed = (await api.get(path)).json()["data"]
    assert [(one["reason"], one["note"]) for one in listed] == [
        ("counted", None),
        ("lost", "Nobody knows."),
        ("counted", None),
    ]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"delta": -6, "reason": "lost"}, 409, "stock_too_low"),
        ({"delta": 0, "reason": "lost"}, 422, "adjustment_not_clear"),
        ({"reason": "lost"}, 422, "adjustment_not_clear"),
        ({"delta": 1, "on_hand": 1, "reason": "lost"}, 422, "adjustment_not_clear"),
        ({"delta": 10**12, "reason": "received"}, 422, "stock_too_high"),
    ],
)
async def test_an_adjustment_that_cannot_be_is_refused(
    shelf: Shelf, api: httpx.AsyncClient, *, sent: dict[str, Any], status: int, code: str
) -> None:
    vase = await shelf.variant(5)

    problem(await api.post(f"/v1/inventory/{vase}/adjustments", json=sent), status, code)

    assert await shelf.numbers(vase) == (5, 0, 0)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"delta": 1, "reason": "magic"}, "/reason"),
        ({"on_hand": -1, "reason": "counted"}, "/on_hand"),
        ({"delta": 10**13, "reason": "counted"}, "/delta"),
        ({"delta": 1, "reason": "lost", "note": "x" * 501}, "/note"),
    ],
)
async def test_what_cannot_be_read_is_refused_at_its_place(
    shelf: Shelf, api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    vase = await shelf.variant(5)

    refused = await api.post(f"/v1/inventory/{vase}/adjustments", json=sent)

    assert pointers(problem(refused, 422, "invalid_request")) == [pointer]


async def test_backorders_end_when_nobody_waits(shelf: Shelf, api: httpx.AsyncClient) -> None:
    vase = await shelf.variant(1, backorder=True)
    await shelf.sell({vase: 2})
    path, closed = f"/v1/inventory/{vase}", {"allows_backorder": False}

    problem(await api.patch(path, json=closed), 409, "backorders_waiting")
    await api.post(f"{path}/adjustments", json={"delta": 1, "reason": "received"})
    done = await api.patch(path, json=closed)

    assert (done.json()["backordered"], done.json()["allows_backorder"]) == (0, False)


async def test_a_promise_and_the_end_of_backorders_at_once(shelf: Shelf) -> None:
    """Whoever comes second sees the first, or the database would have to refuse it."""
    vase = await shelf.variant(1, backorder=True)

    _, refused = await race(
        shelf.world,
        lambda tx: catalog.reserve(tx, [holding({vase: 2})]),
        lambda tx: count(tx, vase, allows_backorder=False),
    )

    assert isinstance(refused, BackordersWaiting)


async def test_what_runs_low_and_what_is_called_so(shelf: Shelf, api: httpx.AsyncClient) -> None:
    vases = [await shelf.variant(number) for number in (1, 5, 3)]
    await shelf.reserve({vases[1]: 4})
    sku = (await shelf.stock(vases[2])).sku

    async def found(**query: Any) -> list[str]:
        answer = (await api.get("/v1/inventory", params=query)).json()
        return [one["variant_id"] for one in answer["data"]]

    assert await found(low=1) == [str(vases[1]), str(vases[0])]
    assert await found(sku=sku.lower()) == [str(vases[2])]
    assert await found(variant_id=vases[0]) == [str(vases[0])]
    first = (await api.get("/v1/inventory", params={"limit": 2})).json()
    assert await found(limit=2, cursor=first["next_cursor"]) == [str(vases[0])]


async def test_for_whom_units_are_kept(shelf: Shelf, api: httpx.AsyncClient) -> None:
    vase, ada, bob = await shelf.variant(5), uuid4(), uuid4()
    await shelf.reserve({vase: 2}, ada)
    await shelf.reserve({vase: 1}, bob)
    await shelf.sell({vase: 1}, bob)
    path = f"/v1/inventory/{vase}/reservations"

    everybody = (await api.get(path)).json()["data"]
    held = (await api.get(path, params={"status": "held"})).json()["data"]

    assert [(one["holder_id"], one["status"]) for one in everybody] == [
        (str(bob), "sold"),
        (str(ada), "held"),
    ]
    assert [(one["holder_id"], one["quantity"]) for one in held] == [(str(ada), 2)]


async def test_another_tenant_s_stock_is_not_there(shelf: Shelf, other: World) -> None:
    vase = await shelf.variant(5)

    async with other.program("*") as stranger:
        problem(await stranger.get(f"/v1/inventory/{vase}"), 404, "not_counted")
        assert (await stranger.get("/v1/inventory")).json()["data"] == []
        assert (await stranger.get(f"/v1/inventory/{vase}/adjustments")).json()["data"] == []
        lost = {"delta": -1, "reason": "lost"}
        refused = await stranger.post(f"/v1/inventory/{vase}/adjustments", json=lost)
        problem(refused, 404, "not_counted")
    assert await other.do(lambda tx: catalog.reserve(tx, [holding({vase: 9})])) == [None]
    assert await shelf.numbers(vase) == (5, 0, 0)
