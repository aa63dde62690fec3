"""The variant: one form in which a product is sold. It carries the SKU, prices and stock."""

from datetime import datetime
from typing import Any, ClassVar, NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

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


class VariantChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different. What is not named stays as it is, and None takes it away."""

    sku: str | UnsetType = UNSET
    name: str | UnsetType | None = UNSET
    options: dict[str, str] | UnsetType = UNSET
    weight_grams: int | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET

    def applied_to(self, variant: Variant) -> Variant:
        """The variant as it would be."""
        given = msgspec.structs.asdict(self)
        wanted = {name: value for name, value in given.items() if value is not UNSET}
        return msgspec.structs.replace(variant, **wanted)


class VariantCreated(Fact, frozen=True):
    """A product is sold in one more form."""

    name: ClassVar[str] = "variant.created"
    data: Variant


class VariantUpdated(Fact, frozen=True):
    """A form of a product is described differently."""

    name: ClassVar[str] = "variant.updated"
    data: Variant
