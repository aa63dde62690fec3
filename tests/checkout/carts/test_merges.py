"""Merging: what a buyer put into one cart is poured into another, and nothing is lost."""

import httpx

from guilder.checkout.carts.filling import merge_carts
from tests.checkout.buying import HOME, added, good, line, looked_at, merged, opened
from tests.checkout.promotions.offers import offered
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.race import race
from tests.world import World


async def test_the_lines_of_both_are_in_one_and_the_other_is_closed(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase, bulb = await shop.product("10.00"), await shop.product("0.50", name="Bulb")
    cart = await opened(api, line(vase, 1), email="ada@example.com")
    other = await opened(api, line(vase, 2), line(bulb, 4), email="guest@example.com")

    shown = good(await merged(api, cart, other))

    assert [(one["name"], one["quantity"]) for one in shown["lines"]] == [
        ("Tulip vase", 3),
        ("Bulb", 4),
    ]
    assert (shown["amount_total"], shown["email"]) == (3200, "ada@example.com")
    closed = await looked_at(api, other)
    assert (closed["status"], closed["merged_into"]) == ("merged", cart["id"])


async def test_what_the_buyer_told_the_other_cart_stays_told(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    for code in ("ONE", "TWO"):
        await offered(world, code=code)
    customer, post = str(await shop.customer()), await shop.shipping()
    cart = await opened(api, promotion_codes=["ONE"], metadata={"a": 1, "b": 1})
    other = await opened(
        api,
        customer_id=customer,
        email="ada@example.com",
        shipping_address=HOME,
        shipping_option_id=str(post.id),
        vat_number="NL004495445B01",
        promotion_codes=["TWO", "ONE"],
        metadata={"b": 2, "c": 2},
    )

    shown = good(await merged(api, cart, other))

    told = ("customer_id", "email", "shipping_address", "shipping_option_id", "vat_number")
    assert {name: shown[name] for name in told} == {name: other[name] for name in told}
    assert shown["promotion_codes"] == ["ONE", "TWO"]
    assert shown["metadata"] == {"a": 1, "b": 1, "c": 2}


async def test_currencies_never_mix(shop: Shop, api: httpx.AsyncClient) -> None:
    euros = await opened(api, line(await shop.product("10.00")))
    dollars = await opened(api, line(await shop.product(currency="USD")), currency="USD")

    told = problem(await merged(api, euros, dollars), 409, "currencies_differ")

    assert (told["currency"], told["other_currency"]) == ("EUR", "USD")
    assert await looked_at(api, euros) == euros
    assert await looked_at(api, dollars) == dollars


async def test_a_cart_is_not_merged_into_itself(shop: Shop, api: httpx.AsyncClient) -> None:
    cart = await opened(api, line(await shop.product()))

    problem(await merged(api, cart, cart), 422, "same_cart")


async def test_a_closed_cart_gives_and_takes_nothing(shop: Shop, api: httpx.AsyncClient) -> None:
    cart, closed, third = [await opened(api, line(await shop.product())) for _ in range(3)]
    good(await merged(api, third, closed))

    for one, two in ((cart, closed), (closed, cart)):
        told = problem(await merged(api, one, two), 409, "cart_closed")
        assert told["cart_status"] == "merged"
    problem(await merged(api, cart, {"id": shop.world.tenant_id.hex}), 404, "cart_not_found")
    problem(await added(api, closed, line(await shop.product())), 409, "cart_closed")


async def test_a_merged_cart_keeps_to_the_limits(shop: Shop, api: httpx.AsyncClient) -> None:
    bulb = await shop.product("0.50")
    heap, one_more = await opened(api, line(bulb, 1_000_000)), await opened(api, line(bulb))
    problem(await merged(api, heap, one_more), 422, "too_many_pieces")
    assert (await looked_at(api, one_more))["status"] == "open"

    many = [line(await shop.product("1.00", name=f"Bulb {each}")) for each in range(201)]
    first, second = await opened(api, *many[:120]), await opened(api, *many[120:])
    problem(await merged(api, first, second), 422, "too_many_lines")


async def test_two_carts_that_are_poured_into_each_other_at_once(shop: Shop, world: World) -> None:
    """They are held in one order, so nobody waits for ever, and one of them is left."""
    vase = await shop.product()
    one, two = await shop.cart((vase, 1)), await shop.cart((vase, 2))

    first, second = await race(
        world,
        lambda tx: merge_carts(tx, one.id, two.id),
        lambda tx: merge_carts(tx, two.id, one.id),
    )

    assert [each.quantity for each in first.lines] == [3]
    assert second.code == "cart_closed"
