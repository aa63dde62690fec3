"""What callers see of products and variants, and what they send to make and change them."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.catalog.inventory import NewStock, StockBody, StockView, show_stock
from guilder.catalog.prices import PriceBody, PriceView, show_price
from guilder.catalog.product import BillingType, ProductChanges, ProductId
from guilder.catalog.variant import VariantChanges, VariantId
from guilder.kernel import Metadata, Problem

from .products import NewProduct, WholeProduct, WholeVariant
from .variants import NewVariant

Name = Annotated[str, Meta(min_length=1, max_length=250, pattern=r"\S", examples=["Tulip vase"])]
Description = Annotated[str, Meta(max_length=5000)]
Sku = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S", examples=["VASE-BLUE"])]
Code = Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217.", examples=["EUR"])]
Asset = Annotated[
    str,
    Meta(
        min_length=1, max_length=100, description="XLM, native, or CODE:ISSUER.", examples=["XLM"]
    ),
]
Category = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$(?!\n)", examples=["standard"])]
OptionName = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"\S", examples=["Colour"])]
OptionNames = Annotated[list[OptionName], Meta(max_length=10, examples=[["Colour"]])]
OptionValue = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S", examples=["Blue"])]
OptionValues = Annotated[
    dict[OptionName, OptionValue], Meta(max_length=10, examples=[{"Colour": "Blue"}])
]
Image = Annotated[
    str,
    Meta(
        max_length=2000,
        pattern=r"^https?://[^\s]+$(?!\n)",
        examples=["https://shop.example/vase.jpg"],
    ),
]
Images = Annotated[list[Image], Meta(max_length=20)]
Grams = Annotated[int, Meta(ge=0, le=100_000_000, examples=[850])]
Prices = Annotated[list[PriceBody], Meta(max_length=50)]
Inventory = StockBody | Annotated[int, Meta(ge=0, le=10**12, examples=[12])]


class VariantsNotClear(Problem, status=422):
    """A product names its `variants`, or the `sku`, `prices` and so on of its only one."""


class OptionGivenTwice(Problem, status=422):
    """An option of a product is named once."""

    option: str


class VariantBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form in which a product shall be sold."""

    sku: Annotated[Sku | None, Meta(description="Made of the id where left out.")] = None
    name: Name | None = None
    options: OptionValues = {}
    weight_grams: Grams | None = None
    active: bool = True
    metadata: Metadata = {}
    prices: Prices = []
    inventory: Annotated[
        Inventory | None, Meta(description="Without it the variant is not counted.")
    ] = None

    @property
    def asked(self) -> NewVariant:
        """The same in the words of the house."""
        return NewVariant(
            sku=self.sku,
            name=self.name,
            options=self.options,
            weight_grams=self.weight_grams,
            is_active=self.active,
            metadata=self.metadata,
            prices=[price.asked for price in self.prices],
            stock=_stock(self.inventory),
        )


class ProductBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be sold, and in which forms."""

    name: Name
    description: Description | None = None
    billing_type: BillingType = BillingType.ONE_TIME
    active: bool = True
    currency: Annotated[
        Code | None, Meta(description="Where its prices are thought in; it binds nobody.")
    ] = None
    settlement_asset: Asset | None = None
    tax_category: Category = "standard"
    options: OptionNames = []
    images: Images = []
    metadata: Metadata = {}
    variants: Annotated[list[VariantBody], Meta(min_length=1, max_length=100)] | None = None
    sku: Annotated[Sku | None, Meta(description="Of the only variant.")] = None
    weight_grams: Annotated[Grams | None, Meta(description="Of the only variant.")] = None
    prices: Annotated[Prices, Meta(description="Of the only variant.")] = []
    inventory: Annotated[Inventory | None, Meta(description="Of the only variant.")] = None

    @property
    def asked(self) -> NewProduct:
        """The same in the words of the house."""
        refuse_twice(self.options)
        return NewProduct(
            name=self.name,
            description=self.description,
            billing_type=self.billing_type,
            is_active=self.active,
            currency=self.currency,
            settlement_asset=self.settlement_asset,
            tax_category=self.tax_category,
            options=self.options,
            images=self.images,
            metadata=self.metadata,
            variants=[one.asked for one in self._variants],
        )

    @property
    def _variants(self) -> list[VariantBody]:
        only = {"sku": self.sku, "weight_grams": self.weight_grams, "inventory": self.inventory}
        is_named = bool(self.prices) or any(value is not None for value in only.values())
        if self.variants is None:
            return [VariantBody(prices=self.prices, **only)]  # type: ignore[arg-type]
        if is_named:
            raise VariantsNotClear
        return self.variants


class ProductChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays, and null takes it away."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    billing_type: BillingType | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    currency: Code | UnsetType | None = UNSET
    settlement_asset: Asset | UnsetType | None = UNSET
    tax_category: Category | UnsetType = UNSET
    images: Images | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def changes(self) -> ProductChanges:
        """The same in the words of the house."""
        given = msgspec.structs.asdict(self)
        return ProductChanges(is_active=given.pop("active"), **given)


class VariantChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays, and null takes it away."""

    sku: Sku | UnsetType = UNSET
    name: Name | UnsetType | None = UNSET
    options: OptionValues | UnsetType = UNSET
    weight_grams: Grams | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def changes(self) -> VariantChanges:
        """The same in the words of the house."""
        given = msgspec.structs.asdict(self)
        return VariantChanges(is_active=given.pop("active"), **given)


class VariantView(msgspec.Struct, frozen=True, kw_only=True):
    """A form of a product, with what it costs and how many there are."""

    id: VariantId
    product_id: ProductId
    sku: Sku
    name: Name | None
    options: OptionValues
    weight_grams: Grams | None
    active: bool
    position: int
    metadata: Metadata
    prices: Annotated[
        list[PriceView], Meta(description="Those that stand, or are to come.", examples=[[]])
    ]
    inventory: Annotated[StockView | None, Meta(description="None where it is not counted.")]
    created_at: datetime
    updated_at: datetime


class ProductView(msgspec.Struct, frozen=True, kw_only=True):
    """A product with all of its variants."""

    id: ProductId
    name: Name
    description: Description | None
    billing_type: BillingType
    active: bool
    currency: Code | None
    settlement_asset: Asset | None
    tax_category: Category
    options: OptionNames
    images: Images
    metadata: Metadata
    variants: list[VariantView]
    created_at: datetime
    updated_at: datetime


def _stock(inventory: Inventory | None) -> NewStock | None:
    if isinstance(inventory, StockBody):
        return inventory.asked
    return None if inventory is None else NewStock(inventory)


def refuse_twice(options: list[str]) -> None:
    """Refuse a name of an option that is given twice."""
    seen: set[str] = set()
    for option in options:
        if option.casefold() in seen:
            raise OptionGivenTwice(option=option)
        seen.add(option.casefold())


def show_product(shown: WholeProduct) -> ProductView:
    """A product as callers see it."""
    fields = msgspec.structs.asdict(shown.product)
    return ProductView(
        active=fields.pop("is_active"),
        variants=[show_variant(one) for one in shown.variants],
        **fields,
    )


def show_variant(shown: WholeVariant) -> VariantView:
    """A variant as callers see it."""
    fields = msgspec.structs.asdict(shown.variant)
    return VariantView(
        active=fields.pop("is_active"),
        prices=[show_price(price) for price in shown.prices],
        inventory=show_stock(shown.stock) if shown.stock else None,
        **fields,
    )
