"""Taxes: which rates a place asks for, and when the buyer owes the tax instead of the seller."""

from .places import LocalRate, Place, rates_of, reverses_charge
from .vat_numbers import VatNumberNotValid, in_the_eu, vat_number

__all__ = [
    "LocalRate",
    "Place",
    "VatNumberNotValid",
    "in_the_eu",
    "rates_of",
    "reverses_charge",
    "vat_number",
]
