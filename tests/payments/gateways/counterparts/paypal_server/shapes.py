"""What may be asked of PayPal, as its specification has it: a field too many is refused."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta


class Shape(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A part of a request."""


class Amount(Shape, kw_only=True):
    currency_code: Annotated[str, Meta(min_length=3, max_length=3)]
    value: Annotated[str, Meta(max_length=32, pattern=r"^((-?\d+)|(-?\d*\.\d+))$")]


class Experience(Shape, kw_only=True):
    return_url: str | None = None
    cancel_url: str | None = None
    user_action: Literal["CONTINUE", "PAY_NOW"] | None = None
    shipping_preference: Literal["GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"] | None = (
        None
    )


class CardExperience(Shape, kw_only=True):
    return_url: str | None = None
    cancel_url: str | None = None


class CardCredential(Shape, kw_only=True):
    payment_initiator: Literal["CUSTOMER", "MERCHANT"]
    payment_type: Literal["ONE_TIME", "RECURRING", "UNSCHEDULED"]
    usage: Literal["FIRST", "SUBSEQUENT", "DERIVED"] | None = None


class WalletCredential(Shape, kw_only=True):
    payment_initiator: Literal["CUSTOMER", "MERCHANT"]
    usage: Literal["FIRST", "SUBSEQUENT", "DERIVED"] | None = None


class CardSource(Shape, kw_only=True):
    vault_id: Annotated[str, Meta(max_length=255)]
    stored_credential: CardCredential | None = None
    experience_context: CardExperience | None = None


class WalletSource(Shape, kw_only=True):
    vault_id: Annotated[str, Meta(max_length=255)] | None = None
    stored_credential: WalletCredential | None = None
    experience_context: Experience | None = None


class Source(Shape, kw_only=True):
    card: CardSource | None = None
    paypal: WalletSource | None = None


Descriptor = Annotated[str, Meta(min_length=1, max_length=22, pattern=r"^[A-Za-z0-9 .*-]+$")]
"""What may stand on a statement; anything else is refused, with the whole order."""


class Unit(Shape, kw_only=True):
    amount: Amount
    reference_id: Annotated[str, Meta(min_length=1, max_length=256)] = "default"
    invoice_id: Annotated[str, Meta(max_length=127)] | None = None
    custom_id: Annotated[str, Meta(max_length=127)] | None = None
    description: Annotated[str, Meta(max_length=127)] | None = None
    soft_descriptor: Descriptor | None = None


class NewOrder(Shape, kw_only=True):
    intent: Literal["CAPTURE", "AUTHORIZE"]
    purchase_units: Annotated[list[Unit], Meta(min_length=1, max_length=1)]
    payment_source: Source | None = None


class TakeOrder(Shape, kw_only=True):
    payment_source: Source | None = None


class Patch(Shape, kw_only=True):
    op: Literal["add", "remove", "replace"]
    path: str
    value: Any = None


class NewCapture(Shape, kw_only=True):
    amount: Amount | None = None
    invoice_id: Annotated[str, Meta(max_length=127)] | None = None
    final_capture: bool = False
    note_to_payer: Annotated[str, Meta(max_length=255)] | None = None
    soft_descriptor: Descriptor | None = None


class NewRefund(Shape, kw_only=True):
    amount: Amount | None = None
    custom_id: Annotated[str, Meta(max_length=127)] | None = None
    invoice_id: Annotated[str, Meta(max_length=127)] | None = None
    note_to_payer: Annotated[str, Meta(max_length=255)] | None = None


class NewVoid(Shape, kw_only=True):
    """There is nothing to say."""


class SetUp(Shape, kw_only=True):
    id: str
    type: Literal["SETUP_TOKEN"]


class TokenSource(Shape, kw_only=True):
    token: SetUp


class KnownCustomer(Shape, kw_only=True):
    id: Annotated[str, Meta(max_length=22)]


class NewToken(Shape, kw_only=True):
    payment_source: TokenSource
    customer: KnownCustomer | None = None


class Evidence(Shape, kw_only=True):
    evidence_type: Literal["OTHER"]
    notes: Annotated[str, Meta(max_length=2000)]


class NewEvidence(Shape, kw_only=True):
    evidences: list[Evidence]


class SupportingInformation(Shape, kw_only=True):
    notes: Annotated[str, Meta(max_length=2000)]
