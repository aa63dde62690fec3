"""The shop: what is sold, how it travels, and what is asked for it beside its price."""

from collections.abc import Sequence
from typing import Any, Final

from .counter import Counter, Shown

PLENTY: Final = 800


def _product(
    name: str, description: str, *variants: dict[str, Any], options: Sequence[str] = ()
) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "currency": "EUR",
        "options": options,
        "variants": variants,
    }


def _variant(
    sku: str, euros: int, *, grams: int, left: int = PLENTY, **options: str
) -> dict[str, Any]:
    """Its prices are in cents and pence: dollars a little above euros, pounds a little below."""
    dollars, pounds = (round(euros * parts / 1000) * 100 - 1 for parts in (11, 9))
    prices = {"EUR": euros, "USD": dollars, "GBP": pounds}
    return {
        "sku": sku,
        "weight_grams": grams,
        "inventory": left,
        "prices": [{"currency": code, "unit_amount": each} for code, each in prices.items()],
        "options": options,
        **({"name": ", ".join(options.values())} if options else {}),
    }


PRODUCTS: Final = (
    _product(
        "Delft tulip vase",
        "Hand-painted, with a spout for each stem.",
        _variant("VASE-DELFT-S", 3900, grams=620, Size="Small"),
        _variant("VASE-DELFT-L", 6900, grams=1400, Size="Large"),
        options=["Size"],
    ),
    _product(
        "Tulip bulbs, 25 pieces",
        "For planting from September until the first frost.",
        _variant("BULBS-RED", 1450, grams=700, Colour="Red"),
        _variant("BULBS-WHITE", 1450, grams=700, Colour="White"),
        _variant("BULBS-PARROT", 1900, grams=700, Colour="Parrot"),
        options=["Colour"],
    ),
    _product("Bulb planter", "Ash and steel.", _variant("PLANTER", 2450, grams=480)),
    _product(
        "Garden gloves",
        "Goat leather, washable.",
        _variant("GLOVES-M", 1800, grams=140, Size="M"),
        _variant("GLOVES-L", 1800, grams=140, Size="L"),
        options=["Size"],
    ),
    _product("Watering can, 5 litres", "Copper.", _variant("CAN", 8900, grams=1900)),
    _product("Seed tin", "Keeps a year dry.", _variant("TIN", 1250, grams=230)),
    _product(
        "Semper Augustus, framed print",
        "The flower that once cost a house. 50 were made, and this is sold out.",
        _variant("PRINT", 14500, grams=2600, left=0),
    ),
    _product("Gift wrapping", "Paper, ribbon, and a card.", _variant("WRAP", 400, grams=0)),
)

FOR_SALE: Final = {
    "BULBS-RED": 20,
    "BULBS-WHITE": 16,
    "BULBS-PARROT": 12,
    "VASE-DELFT-S": 14,
    "VASE-DELFT-L": 8,
    "GLOVES-M": 9,
    "GLOVES-L": 7,
    "PLANTER": 8,
    "TIN": 7,
    "CAN": 4,
    "WRAP": 5,
}
"""What buyers take, and how often beside the others."""

SHOWN_FIRST: Final = "VASE-DELFT-S"
CODE: Final = "TULIP10"
PROMOTION: Final = {"name": "Ten off for new friends", "code": CODE, "percentage": "10"}
SETTINGS: Final = {"seller_country": "NL"}
TENANT: Final = {"settings": {"default_currency": "EUR", "statement_descriptor": "TULIP AND SONS"}}

TAXES: Final[Sequence[dict[str, Any]]] = (
    *(
        {"name": name, "country": country, "percentage": percentage, "is_inclusive": True}
        for name, country, percentage in (
            ("BTW", "NL", "21"),
            ("MwSt.", "DE", "19"),
            ("TVA", "FR", "20"),
            ("IVA", "ES", "21"),
            ("VAT", "GB", "20"),
        )
    ),
    {"name": "Sales tax", "country": "US", "region": "NY", "percentage": "8.875"},
)

EUROPE: Final = ("NL", "DE", "FR", "ES", "BE", "AT", "IT", "IE")
SHIPPING: Final[Sequence[dict[str, Any]]] = (
    {"name": "Post", "currency": "EUR", "amount": 495, "free_from": 7500, "countries": EUROPE,
     "delivery_days": 3},
    {"name": "Courier", "currency": "EUR", "amount": 1250, "countries": EUROPE,
     "delivery_days": 1, "position": 1},
    {"name": "Royal Mail", "currency": "GBP", "amount": 690, "countries": ("GB",),
     "delivery_days": 4},
    {"name": "Parcel", "currency": "USD", "amount": 1900, "free_from": 15000, "countries": ("US",),
     "delivery_days": 8},
)  # fmt: skip


async def set_up(counter: Counter) -> tuple[list[Shown], list[Shown]]:
    """Set the shop up; its variants and its ways to travel are what sales need."""
    await counter.patch("/v1/checkout-settings", **SETTINGS)
    for rate in TAXES:
        await counter.post("/v1/tax-rates", **rate)
    await counter.post("/v1/promotions", **PROMOTION)
    products = [await counter.post("/v1/products", **product) for product in PRODUCTS]
    options = [await counter.post("/v1/shipping-options", **option) for option in SHIPPING]
    return [variant for product in products for variant in product["variants"]], options
