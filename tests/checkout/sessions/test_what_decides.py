"""What decides what a handoff costs, and what may not be asked for together."""

import asyncio
from typing import Any

import httpx
import pytest

from guilder.checkout.sessions import NewSession, open_sessions
from guilder.kernel import Problem
from tests.checkout.buying import HOME, good, line, merged, opened
from tests.checkout.shop import Shop
from tests.http.documents import problem


async def handed_over(api: httpx.AsyncClient, **asked: Any) -> httpx.Response:
    return await api.post("/v1/checkouts", json=asked)


async def test_the_address_named_now_decides_the_taxes(shop: Shop, api: httpx.AsyncClient) -> None:
    await shop.tax("21", country="NL", is_inclusive=False)
    cart = await opened(api, line(await shop.product("10.00")), shipping_address=HOME)

    home = good(await handed_over(api, cart_id=cart["id"]))
    away = good(
        await handed_over(api, cart_id=cart["id"], shipping_address=HOME | {"country": "US"})
    )

    assert (home["amount_tax"], home["amount_total"]) == (210, 1210)
    assert (away["amount_tax"], away["amount_total"]) == (0, 1000)
    assert away["buyer"]["shipping_address"]["country"] == "US"


@pytest.mark.parametrize("more", [{"quantity": 2}, {"promotion_codes": ["SPRING"]}])
async def test_what_only_a_price_takes(
    shop: Shop, api: httpx.AsyncClient, more: dict[str, Any]
) -> None:
    cart = await opened(api, line(await shop.product()))

    problem(await handed_over(api, cart_id=cart["id"], **more), 422, "only_for_prices")


async def test_a_sale_is_not_named(shop: Shop, api: httpx.AsyncClient) -> None:
    product = await shop.product("10.00")
    ends = "2999-01-01T00:00:00Z"
    sale = {"currency": "EUR", "unit_amount": 800, "kind": "sale", "ends_at": ends}
    made = good(await api.post(f"/v1/variants/{product.variant_id}/prices", json=sale))

    problem(await handed_over(api, price_id=made["id"]), 422, "sale_price_named")


@pytest.mark.parametrize("verb", ["post", "patch"])
async def test_a_cart_is_kept_for_a_year_at_most(api: httpx.AsyncClient, verb: str) -> None:
    body = {"expires_at": "9999-12-30T00:00:00Z"}
    cart = await opened(api)

    if verb == "post":
        answer = await api.post("/v1/carts", json={"currency": "EUR"} | body)
    else:
        answer = await api.patch(f"/v1/carts/{cart['id']}", json=body)

    problem(answer, 422, "cart_expiry_not_in_future")


async def test_what_was_poured_into_another_cart_is_not_paid(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product(stock=1)
    cart, other = await opened(api), await opened(api, line(vase))
    checkout = good(await handed_over(api, cart_id=other["id"]))

    good(await merged(api, cart, other))

    shown = good(await api.get(f"/v1/checkouts/{checkout['id']}"), 200)
    assert shown["status"] == "expired"
    assert (await shop.stock(vase)).reserved == 0


async def test_who_was_merged_meanwhile_can_still_pay(shop: Shop, api: httpx.AsyncClient) -> None:
    ada, other = await shop.customer("Ada"), await shop.customer("Ada L.")
    cart = await opened(api, line(await shop.product()), customer_id=str(other))
    checkout = good(await handed_over(api, cart_id=cart["id"]))
    good(await api.post(f"/v1/customers/{ada}/merges", json={"customer_id": str(other)}))

    body = {"gateway": "sandbox", "payment_method": "pm_card_visa"}
    order = good(await api.post(f"/v1/checkouts/{checkout['id']}/payments", json=body))

    assert order["payment_status"] == "paid"


async def test_a_key_that_was_not_committed_signs_nothing(shop: Shop) -> None:
    cart = await shop.cart((await shop.product(), 1))
    signers = shop.world.system.signers

    async def undone(tx: Any) -> None:
        (session,) = await open_sessions(tx, signers, [NewSession(cart_id=cart.id)])
        assert not isinstance(session, Problem)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await shop.world.do(undone)

    assert (await shop.checkout(cart)).status == "open"
