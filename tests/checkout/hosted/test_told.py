"""What a buyer tells at the page is theirs: mended until it is paid, exported, and forgotten."""

from typing import Any

import asyncpg
import httpx
import pytest

from guilder.checkout import (
    NewPurchase,
    Outcome,
    Session,
    Told,
    WholeOrder,
    pay_as_told,
    session_of_link,
)
from guilder.customers import Address
from guilder.payments import GatewayDeclined
from tests.checkout.buying import DECLINED, good
from tests.checkout.shop import Shop
from tests.customers.people import ADA, erased, posted
from tests.payments.test_buyers import carried
from tests.payments.till import VISA

SPELLED = "ADA@Example.com"
TOLD = Told(email=SPELLED, name="Ada Lovelace")


async def handed_over(shop: Shop, **further: Any) -> Session:
    return await shop.checkout(await shop.cart((await shop.product(), 2)), **further)


async def paid_as(shop: Shop, session: Session, told: Told, method: str = VISA) -> Outcome:
    new = NewPurchase(checkout_id=session.id, gateway="sandbox", payment_method=method)
    numbers = shop.world.system.numbers
    return await shop.world.do(lambda tx: pay_as_told(tx, numbers, new=new, told=told))


async def seen(shop: Shop, session: Session) -> Session:
    return await shop.world.do(lambda tx: session_of_link(tx, session.token))


async def test_what_was_told_may_be_mended_until_it_is_paid(shop: Shop) -> None:
    session = await handed_over(shop)

    first = await paid_as(shop, session, Told(email="ado@example.com"), DECLINED)
    second = await paid_as(shop, session, TOLD)
    third = await paid_as(shop, session, Told(email="eve@example.com"))

    assert isinstance(first, GatewayDeclined)
    assert isinstance(second, WholeOrder)
    assert second.order.buyer is not None
    assert (second.order.buyer.email, second.order.buyer.name) == (SPELLED, "Ada Lovelace")
    assert isinstance(third, WholeOrder)
    told = (await seen(shop, session)).told
    assert told is not None
    assert told.email == SPELLED


async def test_what_was_handed_over_stands_above_what_is_told(shop: Shop) -> None:
    home = Address(line1="Herengracht 1", city="Amsterdam", country="NL")
    session = await handed_over(shop, email="shop@example.com")

    whole = await paid_as(
        shop, session, Told(email="eve@example.com", name="Eve", shipping_address=home)
    )

    assert isinstance(whole, WholeOrder)
    buyer = whole.order.buyer
    assert buyer is not None
    assert (buyer.email, buyer.name, buyer.shipping_address) == ("shop@example.com", "Eve", home)


@pytest.mark.parametrize("change", ["told = '{}'", 'buyer = \'{"email": "eve@example.com"}\''])
async def test_after_that_the_database_keeps_it(shop: Shop, change: str) -> None:
    session = await handed_over(shop)
    await paid_as(shop, session, TOLD)

    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        async with shop.world.tx() as tx:
            await tx.fetch(f"update checkout.session set {change} where id = $1", session.id)


async def test_a_guest_who_told_is_in_the_export_and_forgotten(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    session = await handed_over(shop)
    whole = await paid_as(shop, session, TOLD)
    assert isinstance(whole, WholeOrder)
    ada = await posted(api, **ADA)

    records = good(await api.get(f"/v1/customers/{ada['id']}/export"), 200)["records"]
    await erased(api, ada)
    await carried(shop.till)
    after, order = await seen(shop, session), (await shop.look(whole)).order

    assert [one["id"] for one in records["checkouts"]] == [str(session.id)]
    assert [one["id"] for one in records["orders"]] == [str(session.order_id)]
    assert (after.told, after.buyer, order.buyer) == (None, None, None)
