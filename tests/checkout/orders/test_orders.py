"""What is written of a purchase is what its caller was answered, and what everybody reads later."""

from typing import Any

from guilder.checkout.orders import WholeOrder
from guilder.checkout.sessions import Session, SessionStatus, session_by_id
from guilder.customers import Address
from tests.checkout.promotions.offers import offered
from tests.checkout.shop import Shop

HOME = Address(line1="Dam 1", city="Amsterdam", postal_code="1012 JS", country="NL")


async def everything(shop: Shop) -> Session:
    """A handoff in which nothing is left out."""
    await shop.tax()
    await offered(shop.world, percentage=10)
    vase, bowl = await shop.product("10.05", stock=9), await shop.product("0.99", name="Bowl")
    cart = await shop.cart(
        (vase, 3),
        (bowl, 1),
        customer_id=await shop.customer("Ada", "ada@example.com"),
        shipping_address=HOME,
        shipping_option_id=(await shop.shipping()).id,
    )
    told: dict[str, Any] = {
        "name": "Ada Lovelace",
        "phone": "+31 20 123",
        "success_url": "https://shop.example/thanks",
        "cancel_url": "https://shop.example/cart",
        "metadata": {"gift": {"wrapped": True, "words": ["ß", None]}},
    }
    return await shop.checkout(cart, **told)


async def test_a_handoff_reads_as_it_was_answered(shop: Shop) -> None:
    session = await everything(shop)

    assert await shop.world.do(lambda tx: session_by_id(tx, session.id)) == session
    assert session.snapshot.shipping
    assert session.snapshot.discounts
    assert session.snapshot.taxes


async def test_an_order_reads_as_it_was_answered(shop: Shop) -> None:
    session = await everything(shop)

    order = await shop.pay(session)

    assert isinstance(order, WholeOrder)
    assert await shop.look(order) == order
    assert [line.quantity for line in order.lines] == [3, 1]
    assert order.order.buyer == session.buyer
    assert order.order.metadata == session.metadata
    after = await shop.world.do(lambda tx: session_by_id(tx, session.id))
    assert (after.status, after.payment_id) == (SessionStatus.COMPLETED, order.order.payment_id)
    assert "checkout.completed" in await shop.facts(session.id)
