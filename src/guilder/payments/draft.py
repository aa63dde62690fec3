"""The draft: a payment as it was asked for, judged but not yet written."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from guilder.customers import CustomerId, CustomerNotFound
from guilder.kernel import Currency, Money, Problem, currency

from .gateways import (
    AttemptId,
    Charge,
    Declined,
    Done,
    GatewayNotConfigured,
    GatewayNotKnown,
    Outcome,
    charges_at_once,
)
from .methods import (
    PaymentMethod,
    PaymentMethodExpired,
    PaymentMethodId,
    PaymentMethodNotFound,
    PaymentMethodNotOfCustomer,
    saved_id,
    usable,
)
from .payment import CaptureMode, Payment, PaymentId, PaymentLife, PaymentStatus
from .routing import SANDBOX, Asked, GatewayDisabled, Map, NoGateway, Route
from .transaction import Transaction, TransactionStatus, TransactionType

HELD_FOR: Final = timedelta(days=7)
"""How long an authorization holds where neither the gateway nor the caller says so."""

AWAY_AT_GATEWAY: Final = frozenset({"paypal", "stripe"})
"""Where a buyer without a saved method pays on the gateway's own pages."""

WITH_A_WAY_BACK: Final = frozenset({"stripe"})
"""Of these, who sends nobody there without knowing where they go afterwards."""


class AmountNotPositive(Problem, status=422):
    """A payment is of at least one smallest unit."""


class PaymentMethodMissing(Problem, status=422):
    """To be paid, it needs something to pay with, or a way back from a page of the gateway's."""


class LiveKeyNeeded(Problem, status=403):
    """A key for tests moves money at the sandbox only."""


class ExpiryNotInFuture(Problem, status=422):
    """A payment expires in the future, or never."""


METHOD_PROBLEMS: Final = (
    PaymentMethodNotFound,
    PaymentMethodExpired,
    PaymentMethodNotOfCustomer,
    PaymentMethodMissing,
    GatewayNotKnown,
    GatewayNotConfigured,
    GatewayDisabled,
    NoGateway,
    LiveKeyNeeded,
)
"""What may be wrong with paying by something."""


class NewPayment(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    amount_minor: int
    currency: str
    capture: CaptureMode = CaptureMode.AUTOMATIC
    is_confirmed: bool = False
    gateway: str | None = None
    payment_method: str | None = None
    is_off_session: bool = False
    customer_id: CustomerId | None = None
    order_id: str | None = None
    user_id: UUID | None = None
    idempotency_key: str | None = None
    request_identifier: str | None = None
    description: str | None = None
    metadata: dict[str, Any] = {}
    country: str | None = None
    return_url: str | None = None
    expires_at: datetime | None = None

    @property
    def saved_method_id(self) -> PaymentMethodId | None:
        """Which saved method pays, if one does."""
        return saved_id(self.payment_method)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the house knows that decides about new payments."""

    map: Map
    customers: frozenset[CustomerId]
    methods: Mapping[PaymentMethodId, PaymentMethod]
    statement_descriptor: str | None
    actor: str
    is_live: bool
    now: datetime


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as it will stand, and the attempt at a gateway that belongs to it."""

    payment: Payment
    charge: Charge | None
    outcome: Outcome | None

    @property
    def attempt(self) -> Transaction | None:
        """The attempt as it is written down with the payment."""
        if self.charge is None:
            return None
        payment, outcome = self.payment, self.outcome
        done = outcome if isinstance(outcome, Done) else None
        return Transaction(
            id=self.charge.id,
            payment_id=payment.id,
            parent_id=None,
            type=charge_type(payment.capture),
            status=_status_after(outcome),
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            gateway=payment.gateway or "",
            gateway_reference=done.reference if done else None,
            is_final=False,
            fee_minor=done.fee_minor if done else None,
            reason=None,
            error_code=payment.last_error_code,
            error_message=payment.last_error_message,
            created_by=payment.created_by,
            finished_at=payment.created_at if isinstance(outcome, Done | Declined) else None,
            created_at=payment.created_at,
            updated_at=payment.created_at,
        )


def _status_after(outcome: Outcome | None) -> TransactionStatus:
    match outcome:
        case Done():
            return TransactionStatus.SUCCEEDED
        case Declined():
            return TransactionStatus.FAILED
        case _:
            return TransactionStatus.OPEN


def charge_type(capture: CaptureMode) -> TransactionType:
    """Taken at once, or held first."""
    if capture is CaptureMode.AUTOMATIC:
        return TransactionType.CAPTURE
    return TransactionType.AUTHORIZATION


def draft(new: NewPayment, known: Known, ids: Sequence[UUID]) -> Draft:
    """Judge what was asked for, and say how it will stand."""
    amount = _amount(new)
    if new.customer_id is not None and new.customer_id not in known.customers:
        raise CustomerNotFound
    if new.expires_at is not None and new.expires_at <= known.now:
        raise ExpiryNotInFuture
    method = _method(new, known)
    asked = Asked(
        amount=amount,
        country=new.country or (method.country if method else None),
        method=method.type if method else None,
        gateway=new.gateway,
        saved_at=method.gateway if method else None,
        is_live=known.is_live,
    )
    route = known.map.routes(asked)[0]
    refuse_test_key(route.gateway, is_live=known.is_live)
    payment = _payment(new, known, PaymentId(ids[0]), method=method, route=route)
    if not new.is_confirmed:
        return Draft(payment=payment, charge=None, outcome=None)
    charge = charge_for(
        payment, AttemptId(ids[1]), customer=method.gateway_customer if method else None
    )
    outcome = charges_at_once(charge) if route.gateway == SANDBOX else None
    return Draft(
        payment=stand_after(payment, outcome, now=known.now), charge=charge, outcome=outcome
    )


def with_method(payment: Payment, method: PaymentMethod | None, *, token: str | None) -> Payment:
    """The payment with what pays it. One of nobody becomes that of the method's customer."""
    replace = msgspec.structs.replace
    if method is None:
        return replace(payment, payment_method_id=None, payment_method_token=token, instrument=None)
    return replace(
        payment,
        customer_id=payment.customer_id or method.customer_id,
        payment_method_id=method.id,
        payment_method_token=method.token,
        instrument=method.looks,
    )


def refuse_test_key(gateway: str | None, *, is_live: bool) -> None:
    """Let nobody move real money with a key that is for tests."""
    if not is_live and gateway != SANDBOX:
        raise LiveKeyNeeded


def is_paid_at(gateway: str | None, payment: Payment) -> bool:
    """Whether this gateway has a page of its own for a buyer who has given nothing."""
    has_way = payment.return_url is not None or gateway not in WITH_A_WAY_BACK
    return gateway in AWAY_AT_GATEWAY and has_way and not payment.is_off_session


def charge_for(payment: Payment, attempt_id: AttemptId, *, customer: str | None) -> Charge:
    """The order that goes to the gateway."""
    if payment.payment_method_token is None and not is_paid_at(payment.gateway, payment):
        raise PaymentMethodMissing
    return Charge(
        id=attempt_id,
        payment_id=payment.id,
        amount=payment.amount,
        is_captured=payment.capture is CaptureMode.AUTOMATIC,
        token=payment.payment_method_token,
        customer=customer,
        is_off_session=payment.is_off_session,
        description=payment.description,
        return_url=payment.return_url,
        statement_descriptor=payment.statement_descriptor,
    )


def stand_after(payment: Payment, outcome: Outcome | None, *, now: datetime) -> Payment:
    """How a new payment stands once its charge was answered at once; without one it waits."""
    replace = msgspec.structs.replace
    match outcome:
        case Done():
            is_taken = payment.capture is CaptureMode.AUTOMATIC
            move = PaymentLife.succeed if is_taken else PaymentLife.authorize
            ends = [end for end in (payment.expires_at, outcome.expires_at) if end]
            return replace(
                payment,
                status=move(payment.status),
                gateway_payment_intent_id=outcome.intent,
                instrument=outcome.instrument or payment.instrument,
                authorized_minor=payment.amount_minor,
                captured_minor=payment.amount_minor if is_taken else 0,
                expires_at=None if is_taken else min(ends, default=now + HELD_FOR),
            )
        case Declined():
            return replace(
                payment,
                status=PaymentLife.fail(payment.status),
                gateway_payment_intent_id=outcome.intent or payment.gateway_payment_intent_id,
                last_error_code=outcome.code,
                last_error_message=outcome.message,
            )
        case _:
            return replace(payment, status=PaymentLife.process(payment.status))


def _amount(new: NewPayment) -> Money:
    if new.amount_minor <= 0:
        raise AmountNotPositive
    return Money(new.amount_minor, currency(new.currency))


def _method(new: NewPayment, known: Known) -> PaymentMethod | None:
    method_id = new.saved_method_id
    if method_id is None:
        return None
    method = known.methods.get(method_id)
    return usable(method, customer_id=new.customer_id, on=known.now.date())


def _payment(
    new: NewPayment,
    known: Known,
    payment_id: PaymentId,
    *,
    method: PaymentMethod | None,
    route: Route,
) -> Payment:
    payment = Payment(
        id=payment_id,
        order_id=new.order_id,
        user_id=new.user_id,
        customer_id=new.customer_id,
        amount_minor=new.amount_minor,
        currency=Currency(new.currency),
        status=PaymentStatus.PENDING,
        capture=new.capture,
        gateway=route.gateway,
        route_reason=route.reason,
        gateway_payment_intent_id=None,
        description=new.description,
        statement_descriptor=known.statement_descriptor,
        metadata=new.metadata,
        payment_method_id=None,
        payment_method_token=None,
        instrument=None,
        is_off_session=new.is_off_session,
        country=new.country,
        return_url=new.return_url,
        action_url=None,
        idempotency_key=new.idempotency_key,
        request_identifier=new.request_identifier,
        authorized_minor=0,
        captured_minor=0,
        capturing_minor=0,
        refunded_minor=0,
        refunding_minor=0,
        disputed_minor=0,
        last_error_code=None,
        last_error_message=None,
        created_by=known.actor,
        canceled_by=None,
        cancellation_reason=None,
        expires_at=new.expires_at,
        action_expires_at=None,
        created_at=known.now,
        updated_at=known.now,
    )
    return with_method(payment, method, token=new.payment_method)
