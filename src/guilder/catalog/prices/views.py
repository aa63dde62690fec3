"""What callers see of prices, and what they send to set one."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.catalog.variant import VariantId
from guilder.kernel import MAX_MINOR, CurrencyNotKnown, Metadata, Problem

from .price import Price, PriceId, PriceKind
from .prices import NewPrice, PriceTimesNotValid

Code = Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217.", examples=["EUR"])]
UnitAmount = Annotated[
    int,
    Meta(ge=0, le=MAX_MINOR, description="In the currency's smallest unit.", examples=[1999]),
]
Written = Annotated[
    str,
    Meta(
        pattern=rf"^([0-9]{{1,15}}(\.[0-9]{{1,12}})?|{MAX_MINOR})$(?!\n)",
        description="In smallest units, and parts of one.",
        examples=["0.05"],
    ),
]
Instant = Annotated[datetime, Meta(tz=True)]
ZEROS = re.compile(r"\.?0+$")


class UnitAmountNotClear(Problem, status=422):
    """A price names `unit_amount` or `unit_amount_decimal`, and not both."""


PRICE_PROBLEMS = (CurrencyNotKnown, PriceTimesNotValid, UnitAmountNotClear)


class PriceBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a variant shall cost."""

    currency: Code
    unit_amount: UnitAmount | None = None
    unit_amount_decimal: Written | None = None
    kind: Annotated[
        PriceKind, Meta(description="A list price stands; a sale for its time.", examples=["list"])
    ] = PriceKind.LIST
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    metadata: Metadata = {}

    @property
    def asked(self) -> NewPrice:
        """The same in the words of the house."""
        if (self.unit_amount is None) == (self.unit_amount_decimal is None):
            raise UnitAmountNotClear
        return NewPrice(
            currency=self.currency,
            unit_amount_decimal=Decimal(self.unit_amount_decimal or self.unit_amount or 0),
            kind=self.kind,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            metadata=self.metadata,
        )


class PriceView(msgspec.Struct, frozen=True, kw_only=True):
    """A price."""

    id: PriceId
    variant_id: VariantId
    currency: Code
    unit_amount: Annotated[
        UnitAmount | None, Meta(description="None where it is finer than the smallest unit.")
    ]
    unit_amount_decimal: Written
    kind: PriceKind
    starts_at: datetime
    ends_at: datetime | None
    replaced_at: Annotated[
        datetime | None, Meta(description="When another took its place, or it was ended.")
    ]
    metadata: Metadata
    created_by: str
    created_at: datetime


def show_price(price: Price) -> PriceView:
    """A price as callers see it."""
    fields = msgspec.structs.asdict(price)
    amount = price.unit_amount_decimal
    return PriceView(
        unit_amount=int(amount) if amount == int(amount) else None,
        **(fields | {"unit_amount_decimal": plain(amount)}),
    )


def plain(amount: Decimal) -> str:
    """An amount without the zeros that say nothing."""
    text = f"{amount:f}"
    return ZEROS.sub("", text) if "." in text else text
