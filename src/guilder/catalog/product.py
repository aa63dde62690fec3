"""The product: what a tenant sells, whatever it costs and in whatever forms it comes."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Any, ClassVar, NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from guilder.kernel import Fact

ProductId = NewType("ProductId", UUID)


class BillingType(StrEnum):
    """How often somebody pays for it."""

    ONE_TIME = auto()
    RECURRING = auto()
    METERED = auto()


class Product(msgspec.Struct, frozen=True):
    """What is sold. Its currency is where its prices are thought in, and binds nobody."""

    id: ProductId
    name: str
    description: str | None
    billing_type: BillingType
    is_active: bool
    currency: str | None
    settlement_asset: str | None
    tax_category: str
    options: list[str]
    images: list[str]
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class ProductChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different. What is not named stays as it is, and None takes it away."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    billing_type: BillingType | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    currency: str | UnsetType | None = UNSET
    settlement_asset: str | UnsetType | None = UNSET
    tax_category: str | UnsetType = UNSET
    images: list[str] | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET

    def applied_to(self, product: Product) -> Product:
        """The product as it would be."""
        given = msgspec.structs.asdict(self)
        wanted = {name: value for name, value in given.items() if value is not UNSET}
        return msgspec.structs.replace(product, **wanted)


class ProductCreated(Fact, frozen=True):
    """Something new is sold."""

    name: ClassVar[str] = "product.created"
    data: Product


class ProductUpdated(Fact, frozen=True):
    """What is sold is described differently."""

    name: ClassVar[str] = "product.updated"
    data: Product
