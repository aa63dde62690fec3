"""Shipping: how goods may travel, where to, how heavy, and for how much."""

from .option import Parcel, Quote, ShippingOptionId, Way, ways_for
from .options import ShippingOptionNotFound

__all__ = ["Parcel", "Quote", "ShippingOptionId", "ShippingOptionNotFound", "Way", "ways_for"]
