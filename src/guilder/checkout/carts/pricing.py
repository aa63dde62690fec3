"""What carts cost now: current prices, running promotions, the taxes of where they go."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from guilder.catalog import Offer
from guilder.checkout.desk import Desk, desk, discounts_for, options_for, taxes_for, way_for
from guilder.checkout.shipping import Parcel, Quote, Way
from guilder.checkout.taxes import Place
from guilder.checkout.totals import Basket, Item, LineTotals, Totals, totals
from guilder.db import Tx
from guilder.kernel import MAX_MINOR, AmountTooLarge

from .cart import Cart, CartLine, FilledCart
from .shelf import Shelf

BARE: Final = Desk(
    settings=None, rates=[], ways=[], promotions=[], now=datetime.fromtimestamp(0, UTC)
)
"""What decides about carts in which there is nothing."""


class PricedLine(msgspec.Struct, frozen=True):
    """A line with what its variant is and costs. One that is not sold now has no totals."""

    line: CartLine
    offer: Offer | None
    is_sold: bool
    totals: LineTotals | None


class PricedCart(msgspec.Struct, frozen=True):
    """A cart with all that a buyer is shown of it. One that costs too much has no totals."""

    cart: Cart
    lines: list[PricedLine]
    totals: Totals | None
    way: Way | None
    shipping_options: list[Quote]


async def price_carts(
    tx: Tx, shelf: Shelf, carts: Sequence[FilledCart]
) -> tuple[list[PricedCart], Desk]:
    """What each cart costs now, and by which settings that was found."""
    await shelf.fetch(
        (line.variant_id, filled.cart.currency) for filled in carts for line in filled.lines
    )
    if not any(filled.lines for filled in carts):
        return [_price(filled, shelf, BARE) for filled in carts], BARE
    found = await desk(
        tx,
        codes={code for filled in carts for code in filled.cart.promotion_codes},
        countries={
            place.country for filled in carts if (place := destination_of(filled.cart)) is not None
        },
    )
    return [_price(filled, shelf, found) for filled in carts], found


def destination_of(cart: Cart) -> Place | None:
    """Where it goes to: the shipping address, or else the billing address."""
    address = cart.shipping_address or cart.billing_address
    return Place(address.country, address.region) if address else None


def _price(filled: FilledCart, shelf: Shelf, found: Desk) -> PricedCart:
    cart = filled.cart
    sold = [
        (line, offer)
        for line in filled.lines
        if (offer := shelf.find(line.variant_id, cart.currency)) is not None
    ]
    place = destination_of(cart)
    parcel = Parcel(
        country=place.country if place else None,
        weight_grams=sum((offer.weight_grams or 0) * line.quantity for line, offer in sold),
        currency=cart.currency,
    )
    rates, is_reverse_charge = taxes_for(found, place, cart.vat_number)
    way = way_for(found, cart.shipping_option_id, parcel) if cart.shipping_option_id else None
    sums = _totals(
        Basket(
            currency=cart.currency,
            items=[_item(line, offer) for line, offer in sold],
            discounts=discounts_for(found, cart.promotion_codes, cart.currency),
            rates=rates,
            shipping=way.shipping() if way else None,
            is_reverse_charge=is_reverse_charge,
        )
    )
    goods_minor = sums.subtotal_minor - sums.discount_minor if sums else MAX_MINOR
    return PricedCart(
        cart,
        list(_lines(filled, shelf, sums)),
        sums,
        way,
        options_for(found, parcel, goods_minor=goods_minor),
    )


def _totals(basket: Basket) -> Totals | None:
    """What it costs, unless that is too much: its prices may have risen since it was filled."""
    try:
        return totals(basket)
    except AmountTooLarge:
        return None


def _item(line: CartLine, offer: Offer) -> Item:
    if offer.unit_amount_decimal is None:
        raise LookupError("what has no price is not sold")
    return Item(
        key=str(line.id),
        quantity=line.quantity,
        unit_amount=offer.unit_amount_decimal,
        product_id=offer.product_id,
        tax_category=offer.tax_category,
    )


def _lines(filled: FilledCart, shelf: Shelf, sums: Totals | None) -> Iterable[PricedLine]:
    by_key = {line.key: line for line in sums.lines} if sums else {}
    for line in filled.lines:
        offer = shelf.known(line.variant_id, filled.cart.currency)
        is_sold = shelf.find(line.variant_id, filled.cart.currency) is not None
        yield PricedLine(line, offer, is_sold, by_key.get(str(line.id)))
