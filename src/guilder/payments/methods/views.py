"""What callers see of a saved instrument."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.customers import CustomerId
from guilder.kernel import Metadata

from .method import PaymentMethod, PaymentMethodId

Month = Annotated[int, Meta(ge=1, le=12, examples=[12])]
Year = Annotated[int, Meta(ge=2000, le=9999, examples=[2030])]


class MethodView(msgspec.Struct, frozen=True, kw_only=True):
    """A saved instrument, without its token."""

    id: PaymentMethodId
    gateway: str
    customer_id: CustomerId | None
    type: Annotated[str, Meta(examples=["card"])]
    brand: Annotated[str, Meta(examples=["visa"])] | None
    last_four: Annotated[str, Meta(examples=["4242"])] | None
    fingerprint: str | None
    expiry_month: Month | None
    expiry_year: Year | None
    country: str | None
    is_default: bool
    is_attached: Annotated[bool, Meta(examples=[True])]
    metadata: Metadata
    created_at: datetime
    updated_at: datetime


def show(method: PaymentMethod) -> MethodView:
    """A saved instrument as callers see it."""
    fields = msgspec.structs.asdict(method)
    for hidden in ("token", "gateway_customer"):
        del fields[hidden]
    return MethodView(is_attached=fields.pop("detached_at") is None, **fields)
