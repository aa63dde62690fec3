"""The verbs of a small catalog, as tests of it speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from guilder import catalog
from guilder.catalog import Holding, Offer, OutOfStock, VariantId
from guilder.catalog.inventory import Change, NewStock, Reason, Stock, adjust, stock_of
from guilder.catalog.prices import NewPrice, Price, set_prices
from guilder.catalog.products import NewProduct, NewVariant, create_product
from guilder.catalog.products.products import WholeProduct, whole
from guilder.kernel import Currency
from tests.world import World

LATER = datetime(2099, 1, 1, tzinfo=UTC)
EUR = Currency("EUR")


def holding(items: Mapping[VariantId, int], holder_id: UUID | None = None) -> Holding:
    """Units for somebody."""
    return Holding(holder_id or uuid4(), LATER, items)


TOLD = """
    select type
    from (
        select type, 0 as stage, position as place from events.event
        where $1 in (object_id, tenant_id)
        union all
        select type, 1, serial from events.outbox
        where $1 in (object_id, tenant_id)
    ) as told
    order by stage, place
"""


@dataclass(frozen=True)
class Shelf:
    world: World
    owner: asyncpg.Connection

    async def product(self, **wanted: Any) -> WholeProduct:
        """A product as asked for."""
        new = NewProduct(**({"name": "Vase"} | wanted))

        async def work(tx: Any) -> WholeProduct:
            return (await whole(tx, [await create_product(tx, new)]))[0]

        return await self.world.do(work)

    async def variant(
        self, on_hand: int | None = None, *, backorder: bool = False, price: str | None = "1999"
    ) -> VariantId:
        """The only variant of a product, with so many of it if they are counted."""
        new = NewVariant(
            prices=[priced(price)] if price else (),
            stock=None if on_hand is None else NewStock(on_hand, backorder),
        )
        return (await self.product(variants=[new])).variants[0].variant.id

    async def reserve(
        self, items: Mapping[VariantId, int], holder_id: UUID | None = None
    ) -> OutOfStock | None:
        (outcome,) = await self.world.do(
            lambda tx: catalog.reserve(tx, [holding(items, holder_id)])
        )
        return outcome

    async def sell(
        self, items: Mapping[VariantId, int], holder_id: UUID | None = None
    ) -> OutOfStock | None:
        (outcome,) = await self.world.do(lambda tx: catalog.sell(tx, [holding(items, holder_id)]))
        return outcome

    async def release(self, *holder_ids: UUID) -> None:
        await self.world.do(lambda tx: catalog.release(tx, holder_ids))

    async def adjust(
        self, variant_id: VariantId, delta: int, reason: Reason = Reason.OTHER
    ) -> None:
        change = Change(variant_id=variant_id, reason=reason, delta=delta)
        await self.world.do(lambda tx: adjust(tx, [change]))

    async def stock(self, variant_id: VariantId) -> Stock:
        (found,) = await self.world.do(
            lambda tx: stock_of(tx, tenant_id=tx.tenant_id, variant_ids=[variant_id])
        )
        return found

    async def numbers(self, variant_id: VariantId) -> tuple[int, int, int]:
        """On hand, reserved, backordered."""
        stock = await self.stock(variant_id)
        return stock.on_hand, stock.reserved, stock.backordered

    async def price(self, variant_id: VariantId, amount: str, **more: Any) -> Price:
        (made,) = await self.world.do(
            lambda tx: set_prices(tx, [(variant_id, priced(amount, **more))])
        )
        return made

    async def offer(self, variant_id: VariantId, currency: Currency = EUR) -> Offer | None:
        (found,) = await self.world.do(lambda tx: catalog.offers(tx, [(variant_id, currency)]))
        return found

    async def facts(self, object_id: UUID) -> list[str]:
        """What was told of an object, or in a tenant, oldest first, carried on or not yet."""
        return [row["type"] for row in await self.owner.fetch(TOLD, object_id)]


def priced(amount: str, currency: str = "EUR", **more: Any) -> NewPrice:
    """A price of so many smallest units."""
    return NewPrice(currency=currency, unit_amount_decimal=Decimal(amount), **more)
