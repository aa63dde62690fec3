"""Stock: how many of a variant there are, and what may become of that number."""

from datetime import datetime
from typing import ClassVar, Final

import msgspec

from guilder.catalog.variant import VariantId
from guilder.db import Tx
from guilder.kernel import Fact

MAX_UNITS: Final = 10**12


class Stock(msgspec.Struct, frozen=True):
    """How many there are, of them promised, and how many sold beyond what was there."""

    variant_id: VariantId
    sku: str
    on_hand: int
    reserved: int
    backordered: int
    allows_backorder: bool
    created_at: datetime
    updated_at: datetime

    @property
    def is_available(self) -> bool:
        """Whether one more can be promised."""
        return self.allows_backorder or self.reserved < self.on_hand


class StockLevel(msgspec.Struct, frozen=True):
    """A variant's numbers, as they are told to others."""

    variant_id: VariantId
    sku: str
    on_hand: int
    reserved: int
    available: int
    backordered: int
    allows_backorder: bool


class RanOut(Fact, frozen=True):
    """The last one was promised or sold, or has gone otherwise."""

    name: ClassVar[str] = "inventory.out_of_stock"
    data: StockLevel


class CameBack(Fact, frozen=True):
    """There are some again."""

    name: ClassVar[str] = "inventory.back_in_stock"
    data: StockLevel


class Shelf:
    """A stock whose row is held, and what this transaction makes of it."""

    def __init__(self, stock: Stock) -> None:
        self.before = stock
        self.on_hand = stock.on_hand
        self.reserved = stock.reserved
        self.backordered = stock.backordered
        self.allows_backorder = stock.allows_backorder

    @property
    def available(self) -> int:
        """How many can be promised without goods to come."""
        return max(0, self.on_hand - self.reserved)

    @property
    def is_changed(self) -> bool:
        """Whether there is something to write."""
        before = (self.before.on_hand, self.before.reserved, self.before.backordered)
        return (self.on_hand, self.reserved, self.backordered) != before

    def has(self, quantity: int) -> bool:
        """Whether so many can be promised."""
        return self.allows_backorder or quantity <= self.on_hand - self.reserved

    def keep(self, quantity: int) -> None:
        """Promise so many."""
        self.reserved += quantity

    def let_go(self, quantity: int) -> None:
        """Take a promise back."""
        self.reserved -= quantity

    def take(self, quantity: int) -> None:
        """Sell so many: what is there first, and the rest waits for goods to come."""
        there = min(quantity, self.on_hand)
        self.on_hand -= there
        self.backordered += quantity - there

    def receive(self, quantity: int) -> int:
        """Take goods in; who waits for them comes first. Answers how many went to those."""
        filled = min(quantity, self.backordered)
        self.backordered -= filled
        self.on_hand += quantity - filled
        return filled

    def lose(self, quantity: int) -> None:
        """Have so many fewer."""
        self.on_hand -= quantity

    def tell(self, tx: Tx) -> None:
        """Tell where the last one went, or where there are some again; not every sale."""
        there_were = self.before.on_hand > self.before.reserved
        if there_were and not self.available:
            tx.emit(RanOut(self.before.variant_id, self.level))
        elif self.available and not there_were:
            tx.emit(CameBack(self.before.variant_id, self.level))

    @property
    def level(self) -> StockLevel:
        """The numbers, as they are told to others."""
        return StockLevel(
            variant_id=self.before.variant_id,
            sku=self.before.sku,
            on_hand=self.on_hand,
            reserved=self.reserved,
            available=self.available,
            backordered=self.backordered,
            allows_backorder=self.allows_backorder,
        )
