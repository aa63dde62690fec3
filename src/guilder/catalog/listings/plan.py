"""The plan of an import: what its lines make of what there is, before anything is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from guilder.catalog.inventory import Stock
from guilder.catalog.product import BillingType, Product, ProductId
from guilder.catalog.products.options import refuse_options
from guilder.catalog.products.variants import MOST_VARIANTS
from guilder.catalog.variant import Variant, VariantId
from guilder.kernel import Problem

from .lines import OF_PRODUCT, Line, RefusedLine

PRODUCT_FIELDS: Final = {name: name for name in OF_PRODUCT} | {"active": "is_active"}
VARIANT_FIELDS: Final = {
    "variant_name": "name",
    "options": "options",
    "weight_grams": "weight_grams",
    "variant_active": "is_active",
    "variant_metadata": "metadata",
}
NEW_PRODUCT: Final[dict[str, Any]] = {
    "description": None,
    "billing_type": BillingType.ONE_TIME,
    "is_active": True,
    "currency": None,
    "settlement_asset": None,
    "tax_category": "standard",
    "images": [],
    "metadata": {},
}
NEW_VARIANT: Final[dict[str, Any]] = {
    "name": None,
    "options": {},
    "weight_grams": None,
    "is_active": True,
    "metadata": {},
}


class Known(msgspec.Struct):
    """What there is of what the lines name. SKUs stand folded, as the database folds them."""

    folded: Mapping[str, str]
    by_sku: Mapping[str, Variant]
    products: Mapping[ProductId, Product]
    variants: Mapping[ProductId, Sequence[Variant]]


class PlannedVariant(msgspec.Struct):
    """A variant as it shall be, and what of it is different from now."""

    line: Line
    before: Variant | None
    fields: dict[str, Any]
    id: VariantId | None = None

    @property
    def id_now(self) -> VariantId:
        """Its id, which one that is new has been given."""
        found = self.before.id if self.before else self.id
        if found is None:
            raise LookupError("a new variant is given its id when it is written")
        return found

    @property
    def likeness(self) -> tuple[str | None, dict[str, str]]:
        """Its name and options as they shall be."""
        name, options = self.fields.get("name"), self.fields.get("options")
        if self.before is not None:
            name = self.before.name if name is None else name
            options = self.before.options if options is None else options
        return name, options or {}

    @property
    def is_changed(self) -> bool:
        """Whether a variant that there is already changes."""
        return self.before is not None and any(
            getattr(self.before, name) != value for name, value in self.fields.items()
        )


class PlannedProduct(msgspec.Struct, kw_only=True):
    """A product as it shall be, with those of its variants that the lines name."""

    before: Product | None
    fields: dict[str, Any]
    options: list[str]
    variants: list[PlannedVariant]
    others: Sequence[Variant]
    id: ProductId | None = None

    @property
    def id_now(self) -> ProductId:
        """Its id, which one that is new has been given."""
        found = self.before.id if self.before else self.id
        if found is None:
            raise LookupError("a new product is given its id when it is written")
        return found

    @property
    def new_variants(self) -> list[PlannedVariant]:
        """Those that there are not yet."""
        return [one for one in self.variants if one.before is None]

    @property
    def first_position(self) -> int:
        """Where new variants go on."""
        there = [one.before for one in self.variants if one.before]
        return max((one.position for one in (*there, *self.others)), default=-1) + 1

    @property
    def is_found_otherwise(self) -> bool:
        """Whether other words than before lead to it."""
        return (
            self.before is None
            or self.fields.get("name", self.before.name) != self.before.name
            or any(one.before is None or "name" in one.fields for one in self.variants)
        )

    @property
    def is_changed(self) -> bool:
        """Whether a product that there is already changes."""
        return self.before is not None and any(
            getattr(self.before, name) != value for name, value in self.fields.items()
        )

    @property
    def texts(self) -> list[str | None]:
        """What it and its variants are called."""
        texts: list[str | None] = [self.fields.get("name")]
        if texts == [None] and self.before is not None:
            texts = [self.before.name]
        for one in self.variants:
            texts += [one.before.sku if one.before else one.line.sku, one.likeness[0]]
        for other in self.others:
            texts += [other.sku, other.name]
        return texts


def plan(lines: Sequence[Line], known: Known) -> tuple[list[PlannedProduct], list[RefusedLine]]:
    """What the lines make of what there is, and which of them cannot be."""
    groups: dict[ProductId | str, list[Line]] = defaultdict(list)
    seen: dict[str, int] = {}
    refused: list[RefusedLine] = []
    homes = _homes(lines, known)
    for line in lines:
        folded, named = known.folded[line.sku], known.folded[line.product or line.sku]
        there = known.by_sku.get(folded)
        home = homes.get(named)
        if folded in seen:
            refused.append(_refusal(line, f"sku: stands in line {seen[folded]} already"))
        elif there and home and there.product_id != home:
            refused.append(_refusal(line, "product: the SKU belongs to another product"))
        else:
            groups[home or named].append(line)
        seen.setdefault(folded, line.number)
    planned = []
    for home_or_name, group in groups.items():
        try:
            planned.append(_planned(home_or_name, group, known))
        except _NotPossible as not_possible:
            refused.append(_refusal(not_possible.line, not_possible.reason))
    return planned, sorted(refused, key=lambda one: one.line)


def _homes(lines: Sequence[Line], known: Known) -> dict[str, ProductId]:
    """The products that there are, by what lines call them."""
    homes: dict[str, ProductId] = {}
    for line in lines:
        named = known.folded[line.product or line.sku]
        there = known.by_sku.get(named) or known.by_sku.get(known.folded[line.sku])
        if there:
            homes.setdefault(named, there.product_id)
    return homes


class _NotPossible(Exception):
    def __init__(self, line: Line, reason: str) -> None:
        self.line = line
        self.reason = reason


def _refusal(line: Line, reason: str) -> RefusedLine:
    return RefusedLine(line.number, line.sku, reason)


def _planned(home: ProductId | str, group: Sequence[Line], known: Known) -> PlannedProduct:
    first = group[0]
    given = _of_product(group)
    before = None if isinstance(home, str) else known.products[home]
    if before is None and given.get("name") is None:
        raise _NotPossible(first, "name: a new product has one")
    fields = given if before else NEW_PRODUCT | given
    variants = [_variant(line, known) for line in group]
    named = {one.before.id for one in variants if one.before}
    others = [one for one in (known.variants[before.id] if before else ()) if one.id not in named]
    options = before.options if before else list(variants[0].fields["options"])
    if len(variants) + len(others) > MOST_VARIANTS:
        raise _NotPossible(group[-1], f"product: has more than {MOST_VARIANTS} variants")
    _refuse_variants(options, variants, others)
    return PlannedProduct(
        before=before, fields=fields, options=options, variants=variants, others=others
    )


def _of_product(group: Sequence[Line]) -> dict[str, Any]:
    """What the lines say of their product: the first that says it, and none says otherwise."""
    said: dict[str, Any] = {}
    by: dict[str, int] = {}
    for line in group:
        for column, field in PRODUCT_FIELDS.items():
            value = getattr(line, column)
            if value is None:
                continue
            if field in said and said[field] != value:
                raise _NotPossible(line, f"{column}: is another in line {by[field]}")
            said.setdefault(field, value)
            by.setdefault(field, line.number)
    return said


def _variant(line: Line, known: Known) -> PlannedVariant:
    before = known.by_sku.get(known.folded[line.sku])
    given = {
        field: getattr(line, column)
        for column, field in VARIANT_FIELDS.items()
        if getattr(line, column) is not None
    }
    return PlannedVariant(line, before, given if before else NEW_VARIANT | given)


def _refuse_variants(
    options: Sequence[str], variants: Iterable[PlannedVariant], others: Sequence[Variant]
) -> None:
    """Refuse variants that leave an option open, or are like another, at their line."""
    beside = [(one.name, one.options) for one in others]
    for one in variants:
        try:
            refuse_options(options, [one.likeness], beside=beside)
        except Problem as refused:
            raise _NotPossible(one.line, refused.title) from refused
        beside.append(one.likeness)


class PlannedPrice(msgspec.Struct, frozen=True):
    """What a variant shall cost from now on."""

    variant: PlannedVariant
    currency: str
    amount: Decimal


class Difference(msgspec.Struct, frozen=True):
    """All that an import writes."""

    new_products: list[PlannedProduct]
    changed_products: list[PlannedProduct]
    new_variants: list[tuple[PlannedProduct, PlannedVariant, int]]
    changed_variants: list[PlannedVariant]
    prices: list[PlannedPrice]
    stock: list[PlannedVariant]
    renamed: list[PlannedProduct]


def difference(
    products: Sequence[PlannedProduct],
    amounts: Mapping[tuple[VariantId, str], Decimal],
    counted: Mapping[VariantId, Stock],
) -> Difference:
    """What of the plan is not so already."""
    variants = [one for product in products for one in product.variants]
    return Difference(
        new_products=[one for one in products if one.before is None],
        changed_products=[one for one in products if one.is_changed],
        new_variants=[
            (product, one, place)
            for product in products
            for place, one in enumerate(product.new_variants, product.first_position)
        ],
        changed_variants=[one for one in variants if one.is_changed],
        prices=[
            PlannedPrice(one, currency, amount)
            for one in variants
            for currency, amount in one.line.prices.items()
            if one.before is None or amounts.get((one.before.id, currency)) != amount
        ],
        stock=[one for one in variants if _moves_stock(one, counted)],
        renamed=[one for one in products if one.is_found_otherwise],
    )


def _moves_stock(one: PlannedVariant, counted: Mapping[VariantId, Stock]) -> bool:
    stock = counted.get(one.before.id) if one.before else None
    on_hand, allowed = one.line.on_hand, one.line.allows_backorder
    if stock is None:
        return on_hand is not None or allowed is not None
    return on_hand not in {None, stock.on_hand} or allowed not in {None, stock.allows_backorder}
