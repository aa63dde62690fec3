"""What Stripe says, as far as we listen."""

from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape")


class Transaction(msgspec.Struct, kw_only=True):
    """A line of Stripe's balance. Its amount is in the currency that is paid out."""

    id: str
    type: str
    amount: int
    currency: str
    created: int
    fee: int = 0
    source: Any = None


class Charge(msgspec.Struct, kw_only=True):
    """An attempt on the buyer's instrument, which holds or takes."""

    id: str
    amount: int
    currency: str
    amount_captured: int = 0
    balance_transaction: Transaction | str | None = None
    payment_method_details: dict[str, Any] | None = None
    payment_intent: Any = None


class Failure(msgspec.Struct, kw_only=True):
    """Why the last attempt on an intent failed."""

    code: str | None = None
    decline_code: str | None = None
    message: str | None = None


class Intent(msgspec.Struct, kw_only=True):
    """A payment from its first step to its last."""

    id: str
    status: str
    amount: int
    currency: str
    amount_received: int = 0
    amount_capturable: int = 0
    cancellation_reason: str | None = None
    metadata: dict[str, str] = {}
    latest_charge: Charge | str | None = None
    last_payment_error: Failure | None = None
    next_action: dict[str, Any] | None = None
    is_replayed: bool = False
    """Whether Stripe had answered this before, and answered the same."""

    @property
    def charge(self) -> Charge | None:
        """The attempt in full, where it was asked for."""
        return self.latest_charge if isinstance(self.latest_charge, Charge) else None


class Page(msgspec.Struct, kw_only=True):
    """A page of Stripe's on which a buyer pays: a session of its Checkout."""

    id: str
    status: str | None = None
    url: str | None = None
    payment_intent: Intent | str | None = None
    is_replayed: bool = False


class Refund(msgspec.Struct, kw_only=True):
    """An amount on its way back."""

    id: str
    status: str | None
    amount: int
    currency: str
    created: int
    payment_intent: str | None = None
    balance_transaction: Any = None
    failure_reason: str | None = None
    metadata: dict[str, str] | None = None


class EvidenceDetails(msgspec.Struct, kw_only=True):
    """Until when evidence is taken."""

    due_by: int | None = None


class Dispute(msgspec.Struct, kw_only=True):
    """A buyer's objection."""

    id: str
    status: str
    reason: str
    amount: int
    currency: str
    payment_intent: Any = None
    evidence_details: EvidenceDetails = msgspec.field(default_factory=EvidenceDetails)
    balance_transactions: list[Transaction] = []


class Customer(msgspec.Struct, kw_only=True):
    """Whose instruments are kept together."""

    id: str


class PaymentMethod(msgspec.Struct, kw_only=True):
    """An instrument, and with whom it is kept."""

    id: str
    customer: str | None = None
    looks: dict[str, Any] = {}


def read(said: Any, shape: type[Shape]) -> Shape:
    """What an object of the SDK says."""
    found = said.to_dict()
    headers = getattr(said.last_response, "headers", None) or {}
    found["is_replayed"] = headers.get("idempotent-replayed") == "true"
    return msgspec.convert({"looks": found, **found}, shape)
