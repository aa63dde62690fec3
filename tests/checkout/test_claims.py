"""A guest is known by an e-mail alone: erasure and export of its customer reach what they did."""

from decimal import Decimal
from typing import Any

import asyncpg
import httpx
import pytest

from guilder.checkout.promotions.promotions import NewPromotion, create_promotion
from guilder.customers import Claims
from guilder.customers.erasures import erase
from tests.checkout.buying import DECLINED, Shown, checkout_of, good, line, opened, pay
from tests.checkout.promotions.offers import statuses
from tests.checkout.shop import Shop
from tests.checkout.test_reactions import SPOKEN, bought, everywhere, whatever_is_left
from tests.customers.people import ADA, erased, id_of, posted
from tests.payments.test_buyers import carried

SPELLED = "ADA@Example.com"
"""The same e-mail, and another spelling."""


async def exported(api: httpx.AsyncClient, customer: Any) -> Shown:
    return good(await api.get(f"/v1/customers/{customer['id']}/export"), 200)


def ids(records: list[Shown]) -> list[str]:
    return [one["id"] for one in records]


async def test_what_a_guest_did_is_in_the_export(shop: Shop, api: httpx.AsyncClient) -> None:
    """Orders, checkouts that came to nothing, and carts that were never handed over."""
    order = (await bought(shop, email=SPELLED)).order
    vase = line(await shop.product())
    left = await opened(api, vase, email=SPELLED)
    later = await checkout_of(api, vase, email=SPELLED)
    await bought(shop, email="bob@example.com")
    await checkout_of(api, vase)
    ada = await posted(api, **ADA)

    records = (await exported(api, ada))["records"]

    assert ids(records["orders"]) == [str(order.id)]
    assert ids(records["checkouts"]) == [later["id"], str(order.checkout_id)]
    assert ids(records["carts"]) == [later["cart_id"], left["id"], str(order.cart_id)]


async def test_of_a_guest_is_nothing_left_when_they_are_erased(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    order = await bought(shop, email=SPELLED)
    other = await bought(shop, email="bob@example.com", metadata={})
    vase = line(await shop.product())
    left = await opened(api, vase | {"metadata": {"text": "engraved for Ada"}}, email=SPELLED)
    await pay(api, await checkout_of(api, vase, email=SPELLED, name="Ada Lovelace"), DECLINED)
    ada = await posted(api, **ADA)
    await carried(shop.till)

    await erased(api, ada)
    await carried(shop.till)

    text = await everywhere(api, order)
    assert [word for word in (*SPOKEN, SPELLED) if word in text] == []
    theirs = good(await api.get(f"/v1/orders/{order.order.id}"), 200)
    assert (theirs["buyer"], theirs["customer_id"], theirs["amount_total"]) == (
        None,
        ada["id"],
        2000,
    )
    cart = good(await api.get(f"/v1/carts/{left['id']}"), 200)
    assert (cart["email"], cart["lines"][0]["metadata"]) == (None, {})
    assert SPELLED.casefold() not in await rows_of(shop)
    assert (await shop.look(other)).order.buyer == other.order.buyer
    records = (await exported(api, ada))["records"]
    assert ids(records["orders"]) == [theirs["id"]]


async def rows_of(shop: Shop) -> str:
    tables = ("cart", "session", "placed_order")
    every = " union all ".join(
        f"select string_agg(t::text, ' ') from checkout.{name} as t where tenant_id = $1"
        for name in tables
    )
    rows = await shop.owner.fetch(every, shop.world.tenant_id)
    return " ".join(row[0] or "" for row in rows).casefold()


async def test_a_guest_who_names_a_customer_is_that_customer(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """What a customer bought under somebody else's e-mail is not that one's."""
    ada, bob = await posted(api, **ADA), await posted(api, name="Bob")
    order = await bought(shop, bob, email=ADA["email"])

    assert (await exported(api, ada))["records"]["orders"] == []
    await erased(api, ada)
    await carried(shop.till)

    assert (await shop.look(order)).order.buyer == order.order.buyer


async def test_no_hash_of_their_email_is_left(shop: Shop, api: httpx.AsyncClient) -> None:
    new = NewPromotion(
        name="Spring", code="SPRING", percentage=Decimal(10), max_uses_per_customer=1
    )
    promotion = await shop.world.do(lambda tx: create_promotion(tx, new))
    await bought(shop, promotion_codes=["SPRING"])
    ada = await posted(api, **ADA)
    assert await statuses(shop.world, promotion) == [("used", 1)]

    await erased(api, ada)
    await carried(shop.till)

    found = await shop.owner.fetch(
        "select buyer from checkout.redemption where tenant_id = $1", shop.world.tenant_id
    )
    assert [row["buyer"] for row in found] == [None]
    assert await statuses(shop.world, promotion) == [("used", None)]


async def test_an_erasure_that_comes_to_nothing_claims_nothing(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """What belonged to a guest becomes the customer's in the transaction that forgets them."""
    order = await bought(shop)
    ada = await posted(api, **ADA)
    claims = shop.world.system.tools[Claims]

    async def half(tx: Any) -> None:
        await erase(tx, id_of(ada), claims)  # type: ignore[arg-type]
        raise RuntimeError("the lights went out")

    with pytest.raises(RuntimeError):
        await shop.world.do(half)

    after = (await shop.look(order)).order
    assert (after.customer_id, after.buyer) == (None, order.order.buyer)
    assert await whatever_is_left(shop) != []


@pytest.mark.parametrize("table", ["session", "placed_order"])
async def test_what_is_a_customers_is_nobody_elses(shop: Shop, table: str) -> None:
    order = (await shop.paid_order(customer_id=await shop.customer())).order
    other = await shop.customer("Bob")
    one = order.id if table == "placed_order" else order.checkout_id

    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        async with shop.world.tx() as tx:
            await tx.fetch(
                f"update checkout.{table} set customer_id = $2 where id = $1", one, other
            )
