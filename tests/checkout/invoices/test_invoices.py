"""An order has one invoice, its number leaves none out, and nothing about it changes."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder.checkout.invoices import Invoice, issue_invoice
from guilder.customers import Address
from guilder.db import Tx
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.world import World


def path(order: Any) -> str:
    return f"/v1/orders/{order.order.id}/invoices"


async def test_an_order_gets_its_invoice_once(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await shop.paid_order()

    issued = await api.post(path(order))
    again = await api.post(path(order))

    assert issued.status_code == 201, issued.text
    assert again.json() == issued.json()
    document = issued.json()
    assert (document["number"], document["order_id"]) == (1, str(order.order.id))
    assert (await api.get(f"/v1/invoices/{document['id']}")).json() == document
    assert await shop.facts(document["id"]) == ["invoice.issued"]


async def test_the_numbers_of_a_tenant_leave_none_out(
    shop: Shop, api: httpx.AsyncClient, other: World
) -> None:
    orders = [await shop.paid_order() for _ in range(6)]

    # Of each order twice, all at once.
    made = await asyncio.gather(*(api.post(path(one)) for one in orders * 2))

    assert {one.status_code for one in made} == {201}
    assert {one.json()["number"] for one in made} == {1, 2, 3, 4, 5, 6}
    listed = (await api.get("/v1/invoices?limit=4")).json()
    assert [one["number"] for one in listed["data"]] == [6, 5, 4, 3]
    rest = (await api.get(f"/v1/invoices?limit=4&cursor={listed['next_cursor']}")).json()
    assert [one["number"] for one in rest["data"]] == [2, 1]
    of_one = (await api.get(f"/v1/invoices?order_id={orders[0].order.id}")).json()
    assert [one["order_id"] for one in of_one["data"]] == [str(orders[0].order.id)]
    async with other.program("*") as stranger:
        assert (await stranger.get("/v1/invoices")).json()["data"] == []


async def test_what_is_undone_takes_no_number(shop: Shop) -> None:
    first, second = await shop.paid_order(), await shop.paid_order()

    async def undone(tx: Tx) -> None:
        await issue_invoice(tx, first.order.id)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await shop.world.do(undone)

    assert (await issued(shop, second)).number == 1
    assert (await issued(shop, first)).number == 2


async def test_a_higher_number_is_never_of_an_earlier_moment(shop: Shop) -> None:
    quick, slow = await shop.paid_order(), await shop.paid_order()

    async def overtaken(tx: Tx) -> list[Invoice]:
        return [await issued(shop, quick), await issue_invoice(tx, slow.order.id)]

    first, second = await shop.world.do(overtaken)

    assert (first.number, second.number) == (1, 2)
    assert first.created_at < second.created_at


async def issued(shop: Shop, order: Any) -> Invoice:
    async def issue(tx: Tx) -> Invoice:
        return await issue_invoice(tx, order.order.id)

    return await shop.world.do(issue)


async def test_the_database_numbers_and_changes_nothing(
    shop: Shop, owner: asyncpg.Connection
) -> None:
    order, later = await shop.paid_order(), await shop.paid_order()
    written = await issued(shop, order)

    given = await owner.fetchval(
        "insert into checkout.invoice (tenant_id, order_id, number, seller, created_by)"
        " values ($1, $2, 77, '{}', 'somebody') returning number",
        shop.world.tenant_id,
        later.order.id,
    )
    assert given == 2
    for column in ("number = 9", "seller = '{}'", "created_at = now() + interval '1 day'"):
        with pytest.raises(asyncpg.PostgresError):
            await owner.execute(f"update checkout.invoice set {column} where id = $1", written.id)
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(
            "insert into checkout.invoice (tenant_id, order_id, seller, created_by)"
            " values ($1, $2, '{}', 'somebody')",
            shop.world.tenant_id,
            order.order.id,
        )


async def test_it_keeps_who_sold_on_the_day(shop: Shop, api: httpx.AsyncClient) -> None:
    home = Address(company="Tulip & Sons", line1="Damrak 1", city="Amsterdam", country="NL")
    await shop.sells_by(seller_country="NL", vat_number="NL853746333B01", seller_address=home)
    order = await shop.paid_order()
    before = (await api.post(path(order))).json()["seller"]

    await shop.sells_by(vat_number=None, seller_address=None)

    assert before["vat_number"] == "NL853746333B01"
    assert before["address"]["company"] == "Tulip & Sons"
    assert (await api.post(path(order))).json()["seller"] == before


async def test_what_there_is_not(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await shop.paid_order()

    problem(await api.post(f"/v1/orders/{uuid4()}/invoices"), 404, "order_not_found")
    problem(await api.get(f"/v1/invoices/{uuid4()}"), 404, "invoice_not_found")
    for form in ("invoice", "invoice.pdf"):
        answer = await api.get(f"/v1/orders/{order.order.id}/{form}")
        problem(answer, 404, "invoice_not_found")
