"""The books of one account: orders, what moved for them, and what was told of it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from . import shapes
from .faults import Fault, missing

DIGITS = {"JPY": 0, "HUF": 0, "TWD": 0, "EUR": 2, "USD": 2, "GBP": 2}
"""The currencies that this account takes, with the digits that PayPal allows."""

CAPTURABLE = Decimal("1.15")
"""PayPal lets the captures go beyond the authorization, if nobody has agreed otherwise."""

AUTHORIZED_FOR = timedelta(days=29)


class Clock:
    """The time here, which a test may move."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - a server has a clock of its own


@dataclass
class Order:
    """An order, as far as the account knows it."""

    id: str
    intent: str
    unit: shapes.Unit
    created_at: datetime
    status: str = "CREATED"
    source: dict[str, Any] = field(default_factory=dict)
    authorizations: list["Payment"] = field(default_factory=list)
    captures: list["Payment"] = field(default_factory=list)
    refunds: list["Payment"] = field(default_factory=list)


@dataclass
class Payment:
    """An authorization, a capture or a refund."""

    id: str
    kind: str
    order: Order
    value: Decimal
    currency: str
    status: str
    created_at: datetime
    parent: "Payment | None" = None
    custom_id: str | None = None
    invoice_id: str | None = None
    said: str | None = None
    is_final: bool = True

    @property
    def counts(self) -> bool:
        return self.status not in {"DECLINED", "DENIED", "FAILED"}


class Books:
    """What this account did, and whom it told."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.orders: dict[str, Order] = {}
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.told: Callable[[Payment], dict[str, Any]] = lambda _: {}
        self._names = itertools.count(1)

    def name(self, prefix: str = "") -> str:
        return f"{prefix}{next(self._names):0>17}"

    def order(self, name: str) -> Order:
        if name not in self.orders:
            raise missing()
        return self.orders[name]

    def payments(self, kind: str) -> list[Payment]:
        return [each for order in self.orders.values() for each in getattr(order, kind)]

    def payment(self, kind: str, name: str) -> Payment:
        found = [each for each in self.payments(kind) if each.id == name]
        if not found:
            raise missing()
        return found[0]

    def tell(self, order: str, event: str, kind: str, resource: dict[str, Any]) -> None:
        """Have a notice go out."""
        self.events.append(
            (
                order,
                {
                    "id": self.name("WH-"),
                    "event_version": "1.0",
                    "create_time": instant(self.clock()),
                    "resource_type": kind,
                    "resource_version": "2.0",
                    "event_type": event,
                    "summary": "Something happened.",
                    "resource": resource,
                    "links": [],
                },
            )
        )

    def move(self, kind: str, order: Order, amount: shapes.Amount, **further: Any) -> Payment:
        """Enter a payment, and tell of it."""
        payment = Payment(
            id=self.name(),
            kind=kind,
            order=order,
            value=Decimal(amount.value),
            currency=amount.currency_code,
            created_at=self.clock(),
            **{"custom_id": order.unit.custom_id, "invoice_id": order.unit.invoice_id} | further,
        )
        getattr(order, kind).append(payment)
        self.tell_of(payment)
        return payment

    def tell_of(self, payment: Payment) -> None:
        kind = payment.kind.removesuffix("s")
        event = f"PAYMENT.{kind.upper()}.{payment.status}"
        if event == "PAYMENT.REFUND.COMPLETED":
            event = "PAYMENT.CAPTURE.REFUNDED"
        self.tell(payment.order.id, event, kind, self.told(payment))


def checked(amount: shapes.Amount) -> shapes.Amount:
    """An amount as PayPal wants it, or a refusal."""
    digits = DIGITS.get(amount.currency_code)
    if digits is None:
        raise Fault("INVALID_CURRENCY_CODE", "Currency code is not currently supported.")
    written = len(amount.value.partition(".")[2])
    if written > digits or ("." in amount.value and digits == 0):
        raise Fault("DECIMAL_PRECISION", "Only so many decimals are supported.")
    if Decimal(amount.value) <= 0:
        raise Fault("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.")
    return amount


def instant(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
