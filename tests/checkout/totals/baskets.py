"""Baskets as a buyer could fill them, for any currency."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st

from guilder.checkout.totals import Basket, Discount, Item, Kind, Rate, Shipping
from guilder.kernel import Currency, exponents

SHELF = UUID(int=0)
CURRENCIES = ("JPY", "EUR", "BHD", "XLM")
assert [exponents()[code] for code in CURRENCIES] == [0, 2, 3, 7]

EUR = Currency("EUR")


def thing(name: str) -> UUID:
    """The product of this name."""
    return uuid5(SHELF, name)


def item(unit: str, quantity: int = 1, *, product: str = "mug", **more: Any) -> Item:
    """So many of one product, at a price in smallest units."""
    return Item(
        key=product,
        quantity=quantity,
        unit_amount=Decimal(unit),
        product_id=thing(product),
        **more,
    )


def percent(off: str, *, name: str = "percent", **more: Any) -> Discount:
    """A promotion of a percentage."""
    return Discount(
        promotion_id=thing(name),
        name=name,
        kind=Kind.PERCENTAGE,
        percentage=Decimal(off),
        **more,
    )


def fixed(off: int, *, name: str = "fixed", **more: Any) -> Discount:
    """A promotion of an amount."""
    return Discount(promotion_id=thing(name), name=name, kind=Kind.FIXED, amount_minor=off, **more)


def inclusive(percentage: str, name: str = "VAT", **more: Any) -> Rate:
    """A tax that prices contain."""
    return Rate(name=name, percentage=Decimal(percentage), is_inclusive=True, **more)


def exclusive(percentage: str, name: str = "Sales tax", **more: Any) -> Rate:
    """A tax that is added to prices."""
    return Rate(name=name, percentage=Decimal(percentage), **more)


def basket(*items: Item, **more: Any) -> Basket:
    """A basket in euros."""
    return Basket(currency=EUR, items=items, **more)


products = st.sampled_from(["mug", "book", "tea"])
categories = st.sampled_from(["standard", "books", "food"])
amounts = st.integers(1, 10**9)
percentages = st.integers(1, 10**6).map(lambda steps: Decimal(steps).scaleb(-4))

items = st.builds(
    lambda product, quantity, unit, category: Item(
        key=product,
        quantity=quantity,
        unit_amount=unit,
        product_id=thing(product),
        tax_category=category,
    ),
    products,
    st.integers(1, 1000),
    st.decimals(0, 10**9, places=4),
    categories,
)
applies = st.fixed_dictionaries(
    {
        "is_stackable": st.booleans(),
        "minimum_minor": st.none() | amounts,
        "product_ids": st.none() | st.frozensets(products.map(thing)),
    }
)
discounts = st.one_of(
    st.builds(lambda off, more: percent(str(off), **more), percentages, applies),
    st.builds(lambda off, more: fixed(off, **more), amounts, applies),
)
rates = st.builds(
    lambda name, percentage, is_inclusive, category: Rate(
        name=name, percentage=percentage, is_inclusive=is_inclusive, category=category
    ),
    st.sampled_from(["VAT", "GST", "PST"]),
    percentages,
    st.booleans(),
    categories,
)
shippings = st.builds(
    lambda amount, free_from, category: Shipping(
        name="Parcel", amount_minor=amount, free_from_minor=free_from, tax_category=category
    ),
    st.integers(0, 10**6),
    st.none() | amounts,
    categories,
)
baskets = st.builds(
    lambda currency, items, discounts, rates, shipping, is_reverse_charge: Basket(
        currency=Currency(currency),
        items=items,
        discounts=discounts,
        rates=rates,
        shipping=shipping,
        is_reverse_charge=is_reverse_charge,
    ),
    st.sampled_from(CURRENCIES),
    st.lists(items, max_size=6),
    st.lists(discounts, max_size=5),
    st.lists(rates, max_size=5),
    st.none() | shippings,
    st.booleans(),
)
