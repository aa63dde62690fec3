"""The shop: sells in few words, over verbs. It pays at the sandbox if nothing else is said.

    product = await shop.product("10.00", stock=5)
    order = await shop.paid_order((product, 3))

What would happen later is done by the till when the test says so.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import asyncpg

from guilder.catalog import Offer, VariantId, offers
from guilder.catalog.inventory import NewStock, Stock
from guilder.catalog.inventory.counting import stock_by_id
from guilder.catalog.prices import NewPrice
from guilder.catalog.products.products import NewProduct, create_product
from guilder.catalog.products.variants import NewVariant, variants_of
from guilder.checkout.carts import Cart, NewCart, Shelf, Wanted, open_carts
from guilder.checkout.fulfilments.fulfilment import Fulfilment, Tracking
from guilder.checkout.fulfilments.fulfilments import fulfil
from guilder.checkout.orders import Pieces, WholeOrder, order_by_id
from guilder.checkout.purchases.purchases import NewPurchase, Outcome, Pending, purchase
from guilder.checkout.refunds import Refund, RefundAsked, refund_by_id, refund_order
from guilder.checkout.returns import Return, request_return
from guilder.checkout.sessions import NewSession, Session, open_sessions
from guilder.checkout.settings import SettingsChanges, change_settings
from guilder.checkout.shipping.option import ShippingOption
from guilder.checkout.shipping.options import NewOption, create_option
from guilder.checkout.taxes.rates import NewTaxRate, create_tax_rate
from guilder.customers import CustomerId, create_customer
from guilder.kernel import Currency, Money, Problem
from guilder.payments import Payment, payment_by_id
from tests.payments.till import VISA, Till
from tests.world import World

Bought = tuple["Product", int]


@dataclass(frozen=True)
class Product:
    """One variant that is sold, and what it is called."""

    variant_id: VariantId
    name: str
    currency: str = "EUR"


@dataclass(frozen=True)
class Shop:
    world: World
    owner: asyncpg.Connection

    @property
    def till(self) -> Till:
        return Till(self.world, self.owner)

    async def product(
        self,
        price: str = "10.00",
        *,
        name: str = "Tulip vase",
        stock: int | None = None,
        currency: str = "EUR",
        **further: Any,
    ) -> Product:
        """Something that is sold at this price; so many are there, where that is said."""
        amount = _minor(price, currency)
        variant = NewVariant(
            prices=[NewPrice(currency=currency, unit_amount_decimal=amount)],
            stock=None if stock is None else NewStock(stock),
        )

        async def verb(tx: Any) -> VariantId:
            made = await create_product(tx, NewProduct(name=name, variants=[variant], **further))
            (only,) = await variants_of(tx, tenant_id=tx.tenant_id, product_ids=[made.id])
            return only.id

        return Product(await self.world.do(verb), name, currency)

    async def customer(self, name: str = "Ada", email: str | None = None) -> CustomerId:
        """Somebody who buys."""
        made = await self.world.do(
            lambda tx: create_customer(
                tx, email=email, name=name, phone=None, app_metadata={}, internal_metadata={}
            )
        )
        return made.id

    async def shipping(self, amount: str = "5.00", **further: Any) -> ShippingOption:
        """A way for goods to travel."""
        wanted: dict[str, Any] = {
            "name": "Post",
            "countries": None,
            "min_weight_grams": None,
            "max_weight_grams": None,
            "currency": "EUR",
            "amount_minor": int(_minor(amount, "EUR")),
            "free_from_minor": None,
            "tax_category": "standard",
            "delivery_days": 2,
            "position": 0,
            "is_active": True,
            "metadata": {},
        }
        return await self.world.do(lambda tx: create_option(tx, NewOption(**(wanted | further))))

    async def tax(self, percentage: str = "21", *, country: str = "NL", **further: Any) -> None:
        """A place asks for a tax from now on."""
        wanted: dict[str, Any] = {
            "name": "VAT",
            "region": None,
            "category": "standard",
            "is_inclusive": True,
            "is_active": True,
        }
        new = NewTaxRate(country=country, percentage=Decimal(percentage), **(wanted | further))
        await self.world.do(lambda tx: create_tax_rate(tx, new))

    async def sells_by(self, **changes: Any) -> None:
        """The tenant's settings are these from now on."""
        await self.world.do(lambda tx: change_settings(tx, SettingsChanges(**changes)))

    async def cart(self, *bought: Bought, **further: Any) -> Cart:
        """An open cart of these products."""
        currency = bought[0][0].currency if bought else "EUR"
        lines = [Wanted(variant_id=one.variant_id, quantity=count) for one, count in bought]
        new = NewCart(**({"currency": currency, "lines": lines} | further))
        (opened,) = await self.world.do(lambda tx: open_carts(tx, Shelf(tx), [new]))
        found: Cart = sound(opened).cart
        return found

    async def checkout(self, cart: Cart, **further: Any) -> Session:
        """A cart, handed over to be paid."""
        signers = self.world.system.signers
        new = NewSession(cart_id=cart.id, **further)
        (opened,) = await self.world.do(lambda tx: open_sessions(tx, signers, [new]))
        found: Session = sound(opened)
        return found

    async def pay(
        self, session: Session, method: str | None = VISA, *, gateway: str | None = None
    ) -> Outcome:
        """Pay a checkout, and have its gateway asked where that is needed."""
        numbers = self.world.system.numbers
        new = NewPurchase(checkout_id=session.id, payment_method=method, gateway=gateway)
        (outcome,) = await self.world.do(lambda tx: purchase(tx, numbers, [new]))
        if isinstance(outcome, Pending) and outcome.attempt_id:
            await self.till.carried_out(outcome.payment, outcome.attempt_id)
            return await self.order_of(session)
        return outcome

    async def paid_order(
        self,
        *bought: Bought,
        method: str | None = VISA,
        gateway: str | None = None,
        session: dict[str, Any] | None = None,
        **cart: Any,
    ) -> WholeOrder:
        """An order of these products, paid; `cart` and `session` say more of where it came from."""
        if not bought:
            bought = ((await self.product(), 2),)
        opened = await self.checkout(await self.cart(*bought, **cart), **(session or {}))
        outcome = await self.pay(opened, method, gateway=gateway)
        assert isinstance(outcome, WholeOrder), outcome
        return outcome

    async def refund(
        self, whole: WholeOrder, *pieces: int, minor: int | None = None, **further: Any
    ) -> Refund:
        """Give back so many pieces of each line, or so much, or all; and have the gateway asked."""
        lines = self.pieces(whole, *pieces) or None
        asked = RefundAsked(lines=lines, amount_minor=minor, **further)
        begun = await self.world.do(lambda tx: refund_order(tx, whole.order.id, asked))
        for attempt_id in begun.transaction_ids:
            await self.till.carried_out(await self.payment(whole), attempt_id)
        return await self.world.do(lambda tx: refund_by_id(tx, whole.order.id, begun.id))

    async def fulfil(self, whole: WholeOrder, *pieces: int, **tracking: Any) -> Fulfilment:
        """Send so many pieces of each line, or all that are left."""
        lines = self.pieces(whole, *pieces) or None
        followed = Tracking(**tracking)
        return await self.world.do(lambda tx: fulfil(tx, whole.order.id, lines, tracking=followed))

    async def announce(self, whole: WholeOrder, *pieces: int) -> Return:
        """So many pieces of each line are to come back."""
        lines = self.pieces(whole, *pieces)
        return await self.world.do(
            lambda tx: request_return(tx, whole.order.id, lines, reason="too small")
        )

    @staticmethod
    def pieces(whole: WholeOrder, *counts: int) -> list[Pieces]:
        """So many pieces of the first line, of the second, and so on."""
        counted = zip(whole.lines, counts, strict=False)
        return [Pieces(line_id=line.id, quantity=count) for line, count in counted if count]

    async def order_of(self, session: Session) -> WholeOrder:
        return await self.world.do(lambda tx: order_by_id(tx, session.order_id))

    async def look(self, whole: WholeOrder) -> WholeOrder:
        """The order as it stands now."""
        return await self.world.do(lambda tx: order_by_id(tx, whole.order.id))

    async def payment(self, whole: WholeOrder) -> Payment:
        payment_id = whole.order.payment_id
        assert payment_id is not None
        return await self.world.do(lambda tx: payment_by_id(tx, payment_id))

    async def stock(self, product: Product) -> Stock:
        """How many there are."""
        return await self.world.do(lambda tx: stock_by_id(tx, product.variant_id))

    async def offer(self, product: Product) -> Offer | None:
        """What it costs now."""
        asked = [(product.variant_id, Currency(product.currency))]
        (found,) = await self.world.do(lambda tx: offers(tx, asked))
        return found

    async def facts(self, object_id: Any) -> list[str]:
        """What was told of an object, oldest first, after all was carried to the log."""
        async with self.world.program("*") as program:
            await self.world.all_relayed(self.owner)
            listed = await program.get(f"/v1/events?object={object_id}")
        return [one["type"] for one in reversed(listed.json()["data"])]


def sound(outcome: Any) -> Any:
    """What came of it, unless that is a problem."""
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


def _minor(amount: str, currency: str) -> Decimal:
    return Decimal(Money.parse(amount, currency).minor)
