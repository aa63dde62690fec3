"""The variant: one form in which a product is sold. It carries the SKU, prices and stock."""

from datetime import datetime
from typing import Any, ClassVar, NewType
from uuid import UUID

import msgspec

from guilder.kernel import Fact, Problem

from .product import ProductId

VariantId = NewType("VariantId", UUID)


class VariantNotFound(Problem, status=404):
    """There is no such variant."""


class Variant(msgspec.Struct, frozen=True):
    """One form of a product."""

    id: VariantId
    product_id: ProductId
    sku: str
    name: str | None
    options: dict[str, str]
    weight_grams: int | None
    is_active: bool
    position: int
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class VariantCreated(Fact, frozen=True):
    """A product is sold in one more form."""

    name: ClassVar[str] = "variant.created"
    data: Variant


class VariantUpdated(Fact, frozen=True):
    """A form of a product is described differently."""

    name: ClassVar[str] = "variant.updated"
    data: Variant
