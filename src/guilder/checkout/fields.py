"""Fields: what the wire shapes of promotions, taxes and shipping have in common."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from guilder.kernel import MAX_MINOR

from .limits import LONGEST_URL

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
ShortName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Amount = Annotated[
    int,
    Meta(ge=1, le=MAX_MINOR, description="In the currency's smallest unit.", examples=[1000]),
]
AmountOrNothing = Annotated[
    int, Meta(ge=0, le=MAX_MINOR, description="In the currency's smallest unit.", examples=[499])
]
CurrencyCode = Annotated[
    str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", description="ISO 4217, or XLM.", examples=["EUR"])
]
Country = Annotated[
    str, Meta(pattern=r"^[A-Z]{2}$(?!\n)", description="ISO 3166.", examples=["NL"])
]
Region = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=50,
        pattern=r"\S",
        description="As the addresses of this country have it, whatever its case.",
        examples=["CA"],
    ),
]
Category = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$(?!\n)", description="A tax category of products.")
]
Percentage = (
    Annotated[
        str,
        Meta(
            pattern=r"^(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)$(?!\n)",
            description="Up to 100, with at most four digits after the point.",
            examples=["12.5"],
        ),
    ]
    | Annotated[int, Meta(ge=0, le=100)]
)
PositivePercentage = (
    Annotated[
        str,
        Meta(
            pattern=r"^(?=.*[1-9])(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)$(?!\n)",
            description="Above 0, up to 100, with at most four digits after the point.",
            examples=["12.5"],
        ),
    ]
    | Annotated[int, Meta(ge=1, le=100)]
)
Written = Annotated[str, Meta(description="A percentage.", examples=["12.5"])]
Url = Annotated[
    str,
    Meta(
        max_length=LONGEST_URL,
        pattern=r"^https?://[^\s]+$(?!\n)",
        examples=["https://shop.example/thanks"],
    ),
]
UnitAmount = Annotated[
    str,
    Meta(description="In the smallest unit, and perhaps finer. Digits.", examples=["1999.5"]),
]
Instant = Annotated[datetime, Meta(tz=True)]


def written(number: Decimal) -> str:
    """A number as people write it: no zeros at its end, and no powers of ten."""
    return f"{number.normalize():f}"
