"""The races: what many want at once and only some may have."""

import asyncio
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx

from prove.buyers import VISA, Buyers

AT_ONCE: Final = 16
MOST: Final = 64


async def the_last_unit(buyers: Buyers, number: int) -> None:
    """Many buyers, one piece: one order, and everybody else is told."""
    crowd = random.choice((16, 16, 16, 32)) if number % 20 else MOST
    product = await buyers.product(inventory=1)
    price_id = product["variants"][0]["prices"][0]["id"]

    async def buy() -> str:
        opened = await buyers.checkout(price_id)
        if opened.status_code == 409:
            return str(opened.json()["code"])
        paid = await buyers.pay(opened.json()["id"])
        return "ordered" if paid.status_code == 201 else str(paid.json()["code"])

    told = Counter(await asyncio.gather(*(buy() for _ in range(crowd))))
    stock = await buyers.get(f"/v1/inventory/{product['variants'][0]['id']}")
    if told != {"ordered": 1, "out_of_stock": crowd - 1} or stock["on_hand"] or stock["reserved"]:
        buyers.blame(f"the last unit: {dict(told)}, left {stock['on_hand']}")


async def one_checkout_paid_by_many(buyers: Buyers, _: int) -> None:
    """The same checkout is paid many times at once: one order, one charge."""
    cart = await buyers.must("POST", "/v1/carts", {"currency": "EUR"})
    lines = {"variant_id": buyers.variant_id, "quantity": 2}
    await buyers.must("POST", f"/v1/carts/{cart['id']}/lines", lines)
    opened = await buyers.must("POST", "/v1/checkouts", {"cart_id": cart["id"]})
    paid = await asyncio.gather(*(buyers.pay(opened["id"]) for _ in range(AT_ONCE)))
    orders = {answer.json().get("id") for answer in paid if answer.status_code == 201}
    others = [answer.text[:200] for answer in paid if answer.status_code != 201]
    found = await buyers.get(f"/v1/payments?order_id={next(iter(orders), '')}")
    taken = [one for one in found["data"] if one["amount_captured"]]
    if len(orders) != 1 or others or len(taken) != 1:
        buyers.blame(f"one checkout: {len(orders)} orders, {len(taken)} charges, {others[:2]}")


async def refunds_of_one_order(buyers: Buyers, _: int) -> None:
    """Many give back at once: never more than was paid, and never more often than allowed."""
    order = await _ordered(buyers)
    part = order["amount_total"] // 3
    path = f"/v1/orders/{order['id']}/refunds"
    told = await asyncio.gather(
        *(buyers.ask("POST", path, {"amount": part}) for _ in range(AT_ONCE))
    )
    done = sum(answer.status_code == 201 for answer in told)
    after = await buyers.get(f"/v1/orders/{order['id']}")
    payment = await buyers.get(f"/v1/payments/{order['payment_id']}")
    if done != 3 or after["amount_refunded"] != 3 * part != payment["amount_refunded"]:
        buyers.blame(f"refunds: {done} done, {after['amount_refunded']} of {3 * part} given back")


async def the_last_use_of_a_code(buyers: Buyers, _: int) -> None:
    """Many use a code that may be used once."""
    code = f"ONCE{uuid4().hex[:10]}"
    promotion = {"name": "Once", "code": code, "percentage": "10", "max_uses": 1}
    await buyers.must("POST", "/v1/promotions", promotion)

    async def buy() -> Any:
        body = {"currency": "EUR", "lines": [{"variant_id": buyers.variant_id}]}
        cart = await buyers.ask("POST", "/v1/carts", body | {"promotion_codes": [code]})
        opened = await buyers.ask("POST", "/v1/checkouts", {"cart_id": cart.json()["id"]})
        if opened.status_code == 409:
            return opened.json()["code"]
        paid = await buyers.pay(opened.json()["id"])
        return paid.json()["amount_discount"]

    told = Counter(await asyncio.gather(*(buy() for _ in range(AT_ONCE))))
    if told[200] != 1 or set(told) - {200, 0, "promotion_used_up"}:
        buyers.blame(f"the last use of a code: {dict(told)}")


async def a_price_change_during_checkout(buyers: Buyers, number: int) -> None:
    """What is paid is what was handed over, whatever happens to the price meanwhile."""
    product = await buyers.product(inventory=100, amount=1000)
    variant = product["variants"][0]
    opened = (await buyers.checkout(variant["prices"][0]["id"])).json()
    change = {"currency": "EUR", "unit_amount": 5000 + number}
    _, paid, later = await asyncio.gather(
        buyers.must("POST", f"/v1/variants/{variant['id']}/prices", change),
        buyers.pay(opened["id"]),
        buyers.checkout(variant["prices"][0]["id"]),
    )
    order = paid.json()
    if order.get("amount_total") != 1000:
        buyers.blame(f"a price change reached a handoff: {paid.text[:200]}")
    if later.status_code == 201:
        told = later.json()
        if told["amount_total"] not in {1000, 5000 + number}:
            buyers.blame(f"a price that never was: {told['amount_total']}")


async def expiry_during_payment(buyers: Buyers, _: int) -> None:
    """A payment begins before the end and succeeds about then: an order, or the money goes back."""
    product = await buyers.product(inventory=1)
    variant = product["variants"][0]
    now = datetime.fromisoformat(product["created_at"])
    ends = now + timedelta(milliseconds=random.randint(100, 400))
    opened = await buyers.checkout(variant["prices"][0]["id"], expires_at=ends.isoformat())
    if opened.status_code != 201:
        return  # it was over before it began
    token = random.choice(("pm_card_slow", *(VISA,) * 3))
    paid, *others = await asyncio.gather(
        buyers.pay(opened.json()["id"], token),
        *(_buy_late(buyers, variant["prices"][0]["id"]) for _ in range(3)),
    )
    ordered = [answer for answer in (paid, *others) if answer.status_code == 201]
    ordered = [answer for answer in ordered if "number" in answer.json()]
    if len(ordered) > 1:
        buyers.blame(f"expiry during payment: {len(ordered)} orders of one piece")


async def _buy_late(buyers: Buyers, price_id: str) -> httpx.Response:
    opened = await buyers.checkout(price_id)
    return await buyers.pay(opened.json()["id"]) if opened.status_code == 201 else opened


async def _ordered(buyers: Buyers) -> dict[str, Any]:
    body = {"currency": "EUR", "lines": [{"variant_id": buyers.variant_id, "quantity": 3}]}
    cart = await buyers.must("POST", "/v1/carts", body)
    opened = await buyers.must("POST", "/v1/checkouts", {"cart_id": cart["id"]})
    order: dict[str, Any] = (await buyers.pay(opened["id"])).json()
    return order


RACES: Final = (
    the_last_unit,
    one_checkout_paid_by_many,
    refunds_of_one_order,
    the_last_use_of_a_code,
    a_price_change_during_checkout,
    expiry_during_payment,
)
