"""A gateway: who moves the money. One small interface, and one conformance suite for each adapter.

An order is given with an id of its own, which an adapter hands on as the
gateway's idempotency key: given twice, it is done once. What an adapter answers
is what surely happened. What it cannot tell, it raises.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from enum import StrEnum, auto
from typing import Final, NewType, Protocol
from uuid import UUID

import msgspec

from guilder.kernel import Money

AttemptId = NewType("AttemptId", UUID)

EXPIRED: Final = "expired"
"""Why nothing came of what waited for its buyer until it was over."""


class GatewayUnavailable(Exception):
    """Surely nothing happened: the gateway was not reached, or refused to look at the order."""


class OutcomeUnknown(Exception):
    """Nobody knows what happened: the gateway was reached, and its answer was lost."""


class NoticeNotGenuine(Exception):
    """A notice that the gateway did not send, or sent too long ago."""


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer pays with, as far as it may be known: never its number."""

    type: str
    brand: str | None = None
    last_four: str | None = None
    fingerprint: str | None = None
    expiry_month: int | None = None
    expiry_year: int | None = None
    country: str | None = None


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """Take an amount from a buyer, or hold it where it is not captured at once."""

    id: AttemptId
    payment_id: UUID
    amount: Money
    is_captured: bool
    token: str | None
    customer: str | None = None
    is_off_session: bool = False
    description: str | None = None
    return_url: str | None = None
    statement_descriptor: str | None = None
    intent: str | None = None


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """Take a part of what was held, or all of it; the final one lets go of the rest."""

    id: AttemptId
    payment_id: UUID
    amount: Money
    intent: str
    held: str | None
    is_final: bool


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Give back a part of what a capture took, or all of it."""

    id: AttemptId
    payment_id: UUID
    amount: Money
    intent: str
    taken: str | None
    reason: str | None = None


class Void(msgspec.Struct, frozen=True, kw_only=True):
    """Let go of what is held, or of a charge that waits for its buyer."""

    id: AttemptId
    payment_id: UUID
    intent: str
    held: str | None


Order = Charge | Capture | Refund | Void


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """It was done. The reference is the gateway's name of this movement, the intent of it all."""

    reference: str
    intent: str
    fee_minor: int | None = None
    instrument: Instrument | None = None
    expires_at: datetime | None = None


class Declined(msgspec.Struct, frozen=True, kw_only=True):
    """It was not done and will not be, for a reason of the buyer's or the bank's."""

    code: str
    message: str
    intent: str | None = None


class ActionNeeded(msgspec.Struct, frozen=True, kw_only=True):
    """The buyer has to do something at this address before it goes on."""

    intent: str
    url: str


class Underway(msgspec.Struct, frozen=True, kw_only=True):
    """The gateway is still at it, and will tell."""

    intent: str


Outcome = Done | Declined | ActionNeeded | Underway


class MovementKind(StrEnum):
    """What a gateway's own list shows."""

    CAPTURE = auto()
    REFUND = auto()
    CHARGEBACK = auto()


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """Money that moved at the gateway, by its own books."""

    kind: MovementKind
    reference: str
    intent: str
    amount: Money
    occurred_at: datetime


class RefundReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a refund stands at the gateway, whoever made it: it may still fail after it was done."""

    reference: str
    amount: Money
    outcome: Done | Declined | Underway


class DisputeReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a buyer's objection stands at the gateway: `open`, `under_review`, `won` or `lost`.

    An inquiry is a question of the bank's that takes no money, and may become a dispute that does.
    """

    reference: str
    intent: str
    amount: Money
    reason: str
    status: str
    is_inquiry: bool = False
    fee_minor: int | None = None
    evidence_due_at: datetime | None = None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway told on its own: about which of its payments, and which dispute perhaps.

    A notice is a reason to ask the gateway how things stand, never the truth
    itself, so notices may come twice and in any order.
    """

    id: str
    type: str
    intent: str | None = None
    dispute: str | None = None


class Gateway(Protocol):
    """Moves money for one tenant, with that tenant's credentials."""

    name: str

    async def charge(self, order: Charge) -> Outcome:
        """Take or hold an amount."""

    async def capture(self, order: Capture) -> Outcome:
        """Take of what is held."""

    async def refund(self, order: Refund) -> Outcome:
        """Give back of what was taken."""

    async def void(self, order: Void) -> Outcome:
        """Let go of what is held."""

    async def find(self, order: Order) -> Outcome | None:
        """What became of an order, which may be one that waited for its buyer, who has acted.

        None: it never arrived. For a charge that also means that it never will:
        the adapter has seen to it.
        """

    async def refunds_of(self, intent: str) -> list[RefundReport]:
        """How every refund of a payment stands, also one made in the gateway's own dashboard.

        As declined it shows only what the gateway itself calls failed or canceled.
        """

    def movements(self, since: datetime, until: datetime) -> AsyncIterator[Movement]:
        """What moved in a span of time, for reconciliation."""

    async def dispute(self, reference: str) -> DisputeReport:
        """How a dispute stands."""

    async def answer_dispute(self, reference: str, evidence: str, *, is_final: bool) -> None:
        """Tell the merchant's side of it."""

    async def save(self, token: str, customer: str | None) -> tuple[str, str, Instrument]:
        """Keep an instrument: its lasting token, the gateway's customer, and its looks."""

    async def forget(self, token: str) -> None:
        """Keep it no longer."""

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Read a notice, or refuse one that is not genuine."""
