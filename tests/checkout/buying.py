"""Buying over the API, as a shop's own server does it: carts, checkouts, payments."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

from guilder.catalog import prices
from guilder.catalog.prices import NewPrice
from guilder.kernel import Currency
from tests.checkout.shop import Product, Shop
from tests.payments.till import VISA
from tests.world import World, eventually

Shown = dict[str, Any]
THREE_D_SECURE = "pm_card_authenticationRequired"
DECLINED = "pm_card_chargeDeclined"
HOME: Shown = {
    "name": "Ada Lovelace",
    "line1": "Herengracht 1",
    "city": "Amsterdam",
    "postal_code": "1015 BA",
    "country": "NL",
}


def line(product: Product, quantity: int = 1) -> Shown:
    return {"variant_id": str(product.variant_id), "quantity": quantity}


def good(answer: httpx.Response, status: int = 201) -> Shown:
    """What was answered, where all went well."""
    assert answer.status_code == status, answer.text
    shown: Shown = answer.json()
    return shown


async def opened(api: httpx.AsyncClient, *lines: Shown, **further: Any) -> Shown:
    """An open cart with these lines."""
    wanted = {"currency": "EUR", "lines": lines} | further
    return good(await api.post("/v1/carts", json=wanted))


async def looked_at(api: httpx.AsyncClient, cart: Shown) -> Shown:
    return good(await api.get(f"/v1/carts/{cart['id']}"), 200)


async def added(api: httpx.AsyncClient, cart: Shown, *lines: Shown) -> httpx.Response:
    return await api.post(f"/v1/carts/{cart['id']}/lines", json={"lines": lines})


async def changed(api: httpx.AsyncClient, cart: Shown, **changes: Any) -> httpx.Response:
    return await api.patch(f"/v1/carts/{cart['id']}", json=changes)


async def merged(api: httpx.AsyncClient, cart: Shown, other: Shown) -> httpx.Response:
    return await api.post(f"/v1/carts/{cart['id']}/merges", json={"cart_id": other["id"]})


async def asked_for(api: httpx.AsyncClient, cart: Shown, **further: Any) -> httpx.Response:
    """Ask for a checkout of a cart."""
    return await api.post("/v1/checkouts", json={"cart_id": cart["id"]} | further)


async def handed_over(api: httpx.AsyncClient, cart: Shown, **further: Any) -> Shown:
    """A checkout of a cart."""
    return good(await asked_for(api, cart, **further))


async def checkout_of(api: httpx.AsyncClient, *lines: Shown, **further: Any) -> Shown:
    """A checkout of a cart with these lines."""
    return await handed_over(api, await opened(api, *lines), **further)


async def seen(api: httpx.AsyncClient, checkout: Mapping[str, Any]) -> Shown:
    """A checkout as it stands now."""
    return good(await api.get(f"/v1/checkouts/{checkout['id']}"), 200)


async def called_off(api: httpx.AsyncClient, checkout: Shown) -> httpx.Response:
    return await api.post(f"/v1/checkouts/{checkout['id']}/cancellations")


async def pay(
    api: httpx.AsyncClient, checkout: Shown, method: str | None = VISA, **headers: str
) -> httpx.Response:
    body = {"payment_method": method} if method else {}
    return await api.post(f"/v1/checkouts/{checkout['id']}/payments", json=body, headers=headers)


async def agreed(api: httpx.AsyncClient, action_url: str) -> None:
    """The buyer says yes on the page of the sandbox's bank."""
    answer = await api.post(f"{action_url}/agreements")
    assert answer.status_code in (200, 303), answer.text


async def priced(
    world: World, product: Product, amount: str, currency: str = "EUR", **more: Any
) -> UUID:
    """The product has another price from now on."""
    new = NewPrice(currency=Currency(currency), unit_amount_decimal=Decimal(amount), **more)
    (made,) = await world.do(lambda tx: prices.set_prices(tx, [(product.variant_id, new)]))
    return made.id


async def soon(shop: Shop, milliseconds: int = 500) -> datetime:
    """An end that comes within the test, by the database's clock."""
    return await shop.till.now() + timedelta(milliseconds=milliseconds)


async def over(shop: Shop, checkout: Mapping[str, Any]) -> None:
    """Wait for the end of a checkout."""
    end = datetime.fromisoformat(str(checkout["expires_at"]))

    async def has_come() -> bool:
        return await shop.till.now() > end

    await eventually(has_come)
