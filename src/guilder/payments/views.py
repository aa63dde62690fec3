"""What callers see of payments and their transactions, and what they send to ask for one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.customers import CustomerId
from guilder.kernel import MAX_MINOR, Actor, ActorKind, Metadata

from .draft import NewPayment
from .gateways import AttemptId, Instrument
from .methods import PaymentMethodId
from .payment import CaptureMode, Payment, PaymentId, PaymentStatus
from .transaction import Transaction, TransactionStatus, TransactionType

Amount = Annotated[
    int,
    Meta(le=MAX_MINOR, description="In the currency's smallest unit.", examples=[2000]),
]
Minor = Annotated[int, Meta(description="In the currency's smallest unit.", examples=[2000])]
Code = Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217.", examples=["EUR"])]
Text = Annotated[str, Meta(max_length=1000)]
Key = Annotated[str, Meta(min_length=1, max_length=255)]
Url = Annotated[
    str,
    Meta(
        max_length=2000,
        pattern=r"^https?://[^\s]+$(?!\n)",
        examples=["https://shop.example/thanks"],
    ),
]
Nothing = Annotated[int, Meta(description="In the currency's smallest unit.", examples=[0])]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)", examples=["NL"])]
GatewayName = Annotated[str, Meta(max_length=40, examples=["sandbox"])]
Method = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=255,
        description="A gateway's token, or the id of a saved payment method.",
        examples=["pm_card_visa"],
    ),
]
Instant = Annotated[datetime, Meta(tz=True)]


class PaymentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be paid, and how."""

    amount: Amount
    currency: Code
    capture: Annotated[
        CaptureMode, Meta(description="Take the money at once, or hold it until it is captured.")
    ] = CaptureMode.AUTOMATIC
    confirm: Annotated[
        bool,
        Meta(description="Have it paid now, with the payment method or on the gateway's page."),
    ] = False
    gateway: GatewayName | None = None
    payment_method: Method | None = None
    off_session: Annotated[bool, Meta(description="The buyer is not there to act.")] = False
    customer_id: CustomerId | None = None
    order_id: Annotated[str, Meta(min_length=1, max_length=100, examples=["4711"])] | None = None
    user_id: UUID | None = None
    idempotency_key: (
        Annotated[Key, Meta(description="Charges once per user, for ever. Otherwise the header's.")]
        | None
    ) = None
    request_identifier: Annotated[Key, Meta(description="Charges once per order.")] | None = None
    description: Text | None = None
    metadata: Metadata = {}
    country: Country | None = None
    return_url: (
        Annotated[Url, Meta(description="Where the buyer comes back to from a bank's page.")] | None
    ) = None
    expires_at: Instant | None = None

    def asked(self, key: str | None, actor: Actor | None) -> NewPayment:
        """The same in the words of the house, under the request's key if it names none.

        Where nobody is named who initiates it, that is whoever has signed in for it.
        """
        fields = msgspec.structs.asdict(self)
        signed_in = actor.id if actor and actor.kind is ActorKind.USER else None
        return NewPayment(
            amount_minor=fields.pop("amount"),
            is_confirmed=fields.pop("confirm"),
            is_off_session=fields.pop("off_session"),
            user_id=fields.pop("user_id") or signed_in,
            **(fields | {"idempotency_key": self.idempotency_key or key}),
        )


class NextAction(msgspec.Struct, frozen=True):
    """What the buyer has to do: open this address."""

    type: Annotated[str, Meta(examples=["redirect"])]
    url: str


class PaymentView(msgspec.Struct, frozen=True, kw_only=True):
    """A payment."""

    id: PaymentId
    amount: Minor
    currency: Code
    status: Annotated[PaymentStatus, Meta(examples=["succeeded"])]
    capture: CaptureMode
    amount_authorized: Minor
    amount_capturable: Nothing
    amount_captured: Minor
    amount_refunded: Nothing
    amount_refundable: Minor
    amount_disputed: Nothing
    order_id: Annotated[str, Meta(examples=["4711"])] | None
    user_id: UUID | None
    customer_id: CustomerId | None
    gateway: GatewayName | None
    route_reason: Annotated[str, Meta(description="Why this gateway.")] | None
    gateway_payment_intent_id: str | None
    payment_method_id: PaymentMethodId | None
    instrument: Instrument | None
    next_action: NextAction | None
    description: Text | None
    statement_descriptor: Annotated[
        str | None,
        Meta(
            description="The tenant's, as it was when this was asked for.", examples=["ADAS TULIPS"]
        ),
    ]
    metadata: Metadata
    country: Country | None
    return_url: Annotated[str, Meta(examples=["https://shop.example/thanks"])] | None
    idempotency_key: str | None
    request_identifier: str | None
    last_error_code: Annotated[str, Meta(description="Like `card_declined`.")] | None
    last_error_message: str | None
    created_by: str
    canceled_by: Annotated[str, Meta(examples=["operator"])] | None
    cancellation_reason: Annotated[str, Meta(description="Or `expired`.")] | None
    expires_at: Annotated[datetime, Meta(description="When it is called off.")] | None
    created_at: datetime
    updated_at: datetime


class TransactionView(msgspec.Struct, frozen=True, kw_only=True):
    """One movement at a gateway."""

    id: AttemptId
    payment_id: PaymentId
    parent_id: Annotated[UUID, Meta(description="What it acts on.")] | None
    type: Annotated[TransactionType, Meta(examples=["capture"])]
    status: Annotated[TransactionStatus, Meta(examples=["succeeded"])]
    amount: Minor
    currency: Code
    gateway: GatewayName
    gateway_reference: str | None
    fee: Annotated[int, Meta(description="What the gateway keeps.", examples=[58])] | None
    is_final: Annotated[bool, Meta(examples=[True])]
    reason: str | None
    error_code: str | None
    error_message: str | None
    created_by: str
    finished_at: datetime | None
    created_at: datetime
    updated_at: datetime


class MovementView(TransactionView, frozen=True, kw_only=True):
    """A movement that was asked for, and the payment as it stands after it."""

    payment: PaymentView


def show(payment: Payment) -> PaymentView:
    """A payment as callers see it."""
    return PaymentView(
        id=payment.id,
        amount=payment.amount_minor,
        currency=payment.currency,
        status=payment.status,
        capture=payment.capture,
        amount_authorized=payment.authorized_minor,
        amount_capturable=payment.capturable_minor,
        amount_captured=payment.captured_minor,
        amount_refunded=payment.refunded_minor,
        amount_refundable=payment.refundable_minor,
        amount_disputed=payment.disputed_minor,
        order_id=payment.order_id,
        user_id=payment.user_id,
        customer_id=payment.customer_id,
        gateway=payment.gateway,
        route_reason=payment.route_reason,
        gateway_payment_intent_id=payment.gateway_payment_intent_id,
        payment_method_id=payment.payment_method_id,
        instrument=payment.instrument,
        next_action=NextAction("redirect", payment.action_url) if payment.action_url else None,
        description=payment.description,
        statement_descriptor=payment.statement_descriptor,
        metadata=payment.metadata,
        country=payment.country,
        return_url=payment.return_url,
        idempotency_key=payment.idempotency_key,
        request_identifier=payment.request_identifier,
        last_error_code=payment.last_error_code,
        last_error_message=payment.last_error_message,
        created_by=payment.created_by,
        canceled_by=payment.canceled_by,
        cancellation_reason=payment.cancellation_reason,
        expires_at=payment.ends_at,
        created_at=payment.created_at,
        updated_at=payment.updated_at,
    )


def show_transaction(transaction: Transaction) -> TransactionView:
    """A transaction as callers see it."""
    return TransactionView(**_fields(transaction))


def show_movement(parts: Sequence[Transaction], payment: Payment) -> MovementView:
    """A movement with its payment. One in several parts is the last of them, with all they move."""
    amount = sum(part.amount_minor for part in parts)
    return MovementView(payment=show(payment), **(_fields(parts[-1]) | {"amount": amount}))


def _fields(transaction: Transaction) -> dict[str, Any]:
    fields = msgspec.structs.asdict(transaction)
    fields["amount"] = fields.pop("amount_minor")
    fields["fee"] = fields.pop("fee_minor")
    return fields
