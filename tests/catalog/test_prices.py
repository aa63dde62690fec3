"""One list price per variant and currency, replaced and never changed; and sales beside it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder import catalog
from guilder.catalog import PriceKind, PriceNotFound, PriceReplaced
from guilder.catalog.prices import end_price, set_prices
from guilder.kernel import MAX_MINOR, Currency
from tests.catalog.shelf import EUR, Shelf, priced
from tests.http.documents import pointers, problem
from tests.race import race
from tests.world import World

USD = Currency("USD")


async def standing(shelf: Shelf, variant_id: Any) -> list[Decimal]:
    rows = await shelf.owner.fetch(
        "select unit_amount_decimal from catalog.price"
        " where variant_id = $1 and kind = 'list' and replaced_at is null",
        variant_id,
    )
    return [row[0] for row in rows]


async def test_a_new_list_price_takes_the_place_of_the_one_before(shelf: Shelf) -> None:
    vase = await shelf.variant(price="1999")
    first = await shelf.offer(vase)
    assert first is not None
    assert first.price_id is not None

    new = await shelf.price(vase, "2499")

    now = await shelf.offer(vase)
    assert now is not None
    assert (now.price_id, now.unit_amount_decimal) == (new.id, 2499)
    with pytest.raises(PriceReplaced):
        await shelf.world.do(lambda tx: catalog.price_by_id(tx, first.price_id))


async def test_the_same_price_again_changes_nothing(shelf: Shelf) -> None:
    vase = await shelf.variant(price="1999")
    before = await shelf.offer(vase)

    again = await shelf.price(vase, "1999.000")

    assert before is not None
    assert again.id == before.price_id


async def test_each_currency_has_its_own(shelf: Shelf) -> None:
    vase = await shelf.variant(price="1999")
    await shelf.price(vase, "2199", currency="USD")

    offers = [await shelf.offer(vase, one) for one in (EUR, USD, Currency("JPY"))]

    assert [one and one.unit_amount_decimal for one in offers] == [1999, 2199, None]


async def test_a_running_sale_is_what_is_asked(shelf: Shelf) -> None:
    vase, now = await shelf.variant(price="2000"), await shelf.world.do(lambda tx: tx.now())
    hour = timedelta(hours=1)
    await shelf.price(vase, "1500", kind=PriceKind.SALE, ends_at=now + hour)
    await shelf.price(vase, "1200", kind=PriceKind.SALE, ends_at=now + hour)
    await shelf.price(
        vase, "900", kind=PriceKind.SALE, starts_at=now + hour, ends_at=now + 2 * hour
    )
    await shelf.price(vase, "2500", kind=PriceKind.SALE, ends_at=now + hour)

    offer = await shelf.offer(vase)

    assert offer is not None
    assert (offer.unit_amount_decimal, offer.list_amount_decimal) == (1200, 2000)


async def test_a_sale_never_asks_for_more_than_the_list_price(shelf: Shelf) -> None:
    vase, now = await shelf.variant(price="2000"), await shelf.world.do(lambda tx: tx.now())
    await shelf.price(vase, "2500", kind=PriceKind.SALE, ends_at=now + timedelta(hours=1))

    offer = await shelf.offer(vase)

    assert offer is not None
    assert offer.unit_amount_decimal == 2000


async def test_a_sale_that_is_over_is_history(shelf: Shelf) -> None:
    vase, now = await shelf.variant(price="2000"), await shelf.world.do(lambda tx: tx.now())
    sale = await shelf.price(vase, "1500", kind=PriceKind.SALE, ends_at=now + timedelta(hours=1))
    await shelf.owner.execute("alter table catalog.price disable trigger preserve")
    try:
        await shelf.owner.execute(
            "update catalog.price set starts_at = $2, ends_at = $3 where id = $1",
            sale.id,
            now - timedelta(hours=2),
            now - timedelta(hours=1),
        )
    finally:
        await shelf.owner.execute("alter table catalog.price enable trigger preserve")

    offer = await shelf.offer(vase)

    assert offer is not None
    assert offer.unit_amount_decimal == 2000


async def test_a_price_that_is_ended_stands_no_more(shelf: Shelf) -> None:
    vase, now = await shelf.variant(price="2000"), await shelf.world.do(lambda tx: tx.now())
    sale = await shelf.price(vase, "1500", kind=PriceKind.SALE, ends_at=now + timedelta(hours=1))
    listed = await shelf.offer(vase)
    assert listed is not None
    assert listed.price_id is not None

    await shelf.world.do(lambda tx: end_price(tx, sale.id))
    after_sale = await shelf.offer(vase)
    await shelf.world.do(lambda tx: end_price(tx, listed.price_id))
    after_all = await shelf.offer(vase)

    assert after_sale is not None
    assert after_sale.unit_amount_decimal == 2000
    assert after_all is not None
    assert (after_all.price_id, after_all.unit_amount_decimal) == (None, None)
    with pytest.raises(PriceReplaced):
        await shelf.world.do(lambda tx: end_price(tx, sale.id))


async def test_offers_come_in_the_order_asked(shelf: Shelf) -> None:
    vase, bowl = await shelf.variant(price="1"), await shelf.variant(price="2")
    wanted = [(bowl, EUR), (uuid4(), EUR), (vase, EUR), (bowl, EUR)]

    found = await shelf.world.do(lambda tx: catalog.offers(tx, wanted))

    assert [one and one.unit_amount_decimal for one in found] == [2, None, 1, 2]


async def test_another_tenant_s_offer_is_none(shelf: Shelf, other: World) -> None:
    vase = await shelf.variant()
    offer = await shelf.offer(vase)
    assert offer is not None

    assert await other.do(lambda tx: catalog.offers(tx, [(vase, EUR)])) == [None]
    with pytest.raises(PriceNotFound):
        await other.do(lambda tx: catalog.price_by_id(tx, offer.price_id))


async def test_of_two_who_change_a_price_at_once_one_price_stands(shelf: Shelf) -> None:
    vase = await shelf.variant(price="1999")

    outcomes = await race(
        shelf.world,
        lambda tx: set_prices(tx, [(vase, priced("2100"))]),
        lambda tx: set_prices(tx, [(vase, priced("2200"))]),
    )

    assert [one[0].unit_amount_decimal for one in outcomes] == [2100, 2200]
    assert await standing(shelf, vase) == [2200]


async def test_of_two_who_give_the_first_price_at_once_one_price_stands(shelf: Shelf) -> None:
    vase = await shelf.variant(price=None)

    await race(
        shelf.world,
        lambda tx: set_prices(tx, [(vase, priced("2100"))]),
        lambda tx: set_prices(tx, [(vase, priced("2200"))]),
    )

    assert await standing(shelf, vase) == [2200]


@pytest.mark.parametrize(
    "change",
    [
        "unit_amount_decimal = 1",
        "currency = 'USD'",
        "kind = 'sale'",
        "starts_at = starts_at - interval '1 h'",
    ],
)
async def test_what_a_price_was_never_changes(shelf: Shelf, change: str) -> None:
    vase = await shelf.variant()

    async with shelf.world.tx() as tx:
        with pytest.raises(asyncpg.CheckViolationError):
            async with tx.savepoint():
                await tx.fetch(f"update catalog.price set {change} where variant_id = $1", vase)


async def test_prices_over_http(shelf: Shelf, api: httpx.AsyncClient) -> None:
    vase = await shelf.variant(price=None)
    path = f"/v1/variants/{vase}/prices"

    fine = await api.post(path, json={"currency": "USD", "unit_amount_decimal": "0.05"})
    whole = await api.post(path, json={"currency": "EUR", "unit_amount": 1999})
    next_ = await api.post(path, json={"currency": "EUR", "unit_amount": 0})

    assert (fine.status_code, fine.json()["unit_amount"]) == (201, None)
    assert fine.json()["unit_amount_decimal"] == "0.05"
    assert (whole.json()["unit_amount"], whole.json()["unit_amount_decimal"]) == (1999, "1999")
    assert (next_.json()["unit_amount"], next_.json()["unit_amount_decimal"]) == (0, "0")
    listed = (await api.get(path)).json()["data"]
    assert [one["id"] for one in listed] == [next_.json()["id"], fine.json()["id"]]
    history = (await api.get(path, params={"history": "true", "currency": "EUR"})).json()["data"]
    assert [one["id"] for one in history] == [next_.json()["id"], whole.json()["id"]]
    assert [one["replaced_at"] is None for one in history] == [True, False]


async def test_the_largest_price_is_written_as_it_is_read(
    shelf: Shelf, api: httpx.AsyncClient
) -> None:
    path = f"/v1/variants/{await shelf.variant(price=None)}/prices"

    made = await api.post(path, json={"currency": "EUR", "unit_amount": MAX_MINOR})
    again = {"currency": "EUR", "unit_amount_decimal": made.json()["unit_amount_decimal"]}
    beyond = {"currency": "EUR", "unit_amount_decimal": f"{MAX_MINOR}.5"}

    assert (await api.post(path, json=again)).json()["id"] == made.json()["id"]
    assert pointers(problem(await api.post(path, json=beyond), 422, "invalid_request")) == [
        "/unit_amount_decimal"
    ]


async def test_a_sale_over_http_is_ended(shelf: Shelf, api: httpx.AsyncClient) -> None:
    vase = await shelf.variant()
    sale = {"currency": "EUR", "unit_amount": 5, "kind": "sale", "ends_at": "2099-01-01T00:00:00Z"}
    made = (await api.post(f"/v1/variants/{vase}/prices", json=sale)).json()

    ended = await api.delete(f"/v1/prices/{made['id']}")

    assert ended.status_code == 200
    assert ended.json()["replaced_at"] is not None
    assert (await api.get(f"/v1/prices/{made['id']}")).json() == ended.json()
    problem(await api.delete(f"/v1/prices/{made['id']}"), 409, "price_replaced")
    problem(await api.delete(f"/v1/prices/{uuid4()}"), 404, "price_not_found")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"currency": "EUR"}, "unit_amount_not_clear"),
        (
            {"currency": "EUR", "unit_amount": 1, "unit_amount_decimal": "1"},
            "unit_amount_not_clear",
        ),
        ({"currency": "XXQ", "unit_amount": 1}, "currency_not_known"),
        ({"currency": "EUR", "unit_amount": 1, "kind": "sale"}, "price_times_not_valid"),
        (
            {
                "currency": "EUR",
                "unit_amount": 1,
                "kind": "sale",
                "ends_at": "2020-01-01T00:00:00Z",
            },
            "price_times_not_valid",
        ),
        (
            {"currency": "EUR", "unit_amount": 1, "ends_at": "2099-01-01T00:00:00Z"},
            "price_times_not_valid",
        ),
    ],
)
async def test_a_price_that_cannot_be_is_refused(
    shelf: Shelf, api: httpx.AsyncClient, sent: dict[str, Any], code: str
) -> None:
    vase = await shelf.variant()

    problem(await api.post(f"/v1/variants/{vase}/prices", json=sent), 422, code)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"unit_amount": -1}, "/unit_amount"),
        ({"unit_amount": 10**16}, "/unit_amount"),
        ({"unit_amount_decimal": "-1"}, "/unit_amount_decimal"),
        ({"unit_amount_decimal": "1e3"}, "/unit_amount_decimal"),
        ({"unit_amount_decimal": "0.1234567890123"}, "/unit_amount_decimal"),
        ({"kind": "bargain"}, "/kind"),
    ],
)
async def test_an_amount_that_cannot_be_is_refused_at_its_place(
    shelf: Shelf, api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    vase = await shelf.variant()

    refused = await api.post(f"/v1/variants/{vase}/prices", json={"currency": "EUR", **sent})

    assert pointers(problem(refused, 422, "invalid_request")) == [pointer]


async def test_a_price_of_nothing_is_not_found(api: httpx.AsyncClient) -> None:
    refused = await api.post(
        f"/v1/variants/{uuid4()}/prices", json={"currency": "EUR", "unit_amount": 1}
    )

    problem(refused, 404, "variant_not_found")
