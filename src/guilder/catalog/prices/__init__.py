"""Prices: one list price per variant and currency, sales beside it, and all of history."""

from .offers import Offer, offers
from .price import Price, PriceChanged, PriceId, PriceKind
from .prices import (
    NewPrice,
    PriceNotFound,
    PriceReplaced,
    PriceTimesNotValid,
    end_price,
    insert_prices,
    listed_prices,
    price_by_id,
    refuse_odd_price,
    replace_prices,
    set_prices,
    standing_prices,
    write_prices,
)
from .views import PRICE_PROBLEMS, PriceBody, PriceView, plain, show_price

__all__ = [
    "PRICE_PROBLEMS",
    "NewPrice",
    "Offer",
    "Price",
    "PriceBody",
    "PriceChanged",
    "PriceId",
    "PriceKind",
    "PriceNotFound",
    "PriceReplaced",
    "PriceTimesNotValid",
    "PriceView",
    "end_price",
    "insert_prices",
    "listed_prices",
    "offers",
    "plain",
    "price_by_id",
    "refuse_odd_price",
    "replace_prices",
    "set_prices",
    "show_price",
    "standing_prices",
    "write_prices",
]
