"""A shop: gives orders to a gateway in few words, each with an id of its own."""

from typing import Any
from uuid import uuid4

import msgspec

from guilder.kernel import Money
from guilder.payments.gateways.gateway import (
    ActionNeeded,
    AttemptId,
    Capture,
    Charge,
    Done,
    Refund,
    Void,
)
from tests.payments.gateways.counterpart import Counterpart

RETURN_URL = "https://shop.example/back"


class Shop:
    """One payment after the other at one gateway."""

    def __init__(self, counterpart: Counterpart) -> None:
        self.counterpart = counterpart
        self.gateway = counterpart.gateway

    def order(self, amount: str = "20.00 EUR", token: str = "good", **further: Any) -> Charge:
        """A charge that is captured at once, if nothing else is said."""
        wanted = Charge(
            id=AttemptId(uuid4()),
            payment_id=uuid4(),
            amount=money(amount),
            is_captured=True,
            token=self.counterpart.tokens[token],
            return_url=RETURN_URL,
        )
        return msgspec.structs.replace(wanted, **further)

    async def pays(self, amount: str = "20.00 EUR", **further: Any) -> "Sale":
        """Take an amount."""
        order = self.order(amount, **further)
        return Sale(order, done(await self.gateway.charge(order)))

    async def holds(self, amount: str = "20.00 EUR", **further: Any) -> "Sale":
        """Hold an amount, to be captured later."""
        return await self.pays(amount, is_captured=False, **further)

    async def captures(self, sale: "Sale", amount: str, *, is_final: bool = True) -> Done:
        """Take of what is held."""
        order = sale.capture(amount, is_final=is_final)
        return done(await self.gateway.capture(order))


class Sale:
    """A charge that was done, and the orders that may follow it."""

    def __init__(self, order: Charge, outcome: Done) -> None:
        self.order = order
        self.done = outcome
        self.intent = outcome.intent

    def capture(self, amount: str, *, is_final: bool = True) -> Capture:
        return Capture(
            id=AttemptId(uuid4()),
            payment_id=self.order.payment_id,
            amount=money(amount),
            intent=self.intent,
            held=self.done.reference,
            is_final=is_final,
        )

    def refund(
        self,
        amount: str,
        taken: str | None = None,
        *,
        reason: str | None = "requested_by_customer",
    ) -> Refund:
        """Give back; what was taken is the charge itself, unless a capture is named."""
        return Refund(
            id=AttemptId(uuid4()),
            payment_id=self.order.payment_id,
            amount=money(amount),
            intent=self.intent,
            taken=taken or self.done.reference,
            reason=reason,
        )

    def void(self) -> Void:
        return Void(
            id=AttemptId(uuid4()),
            payment_id=self.order.payment_id,
            intent=self.intent,
            held=self.done.reference,
        )


def money(amount: str) -> Money:
    """Read `20.00 EUR`."""
    written, code = amount.split()
    return Money.parse(written, code)


def minor(amount: str) -> int:
    """How many smallest units `20.00 EUR` is."""
    return money(amount).minor


def waiting(outcome: object) -> ActionNeeded:
    """The outcome, which must be that the buyer is asked."""
    assert isinstance(outcome, ActionNeeded), outcome
    return outcome


def done(outcome: object) -> Done:
    """The outcome, which must be that it was done."""
    assert isinstance(outcome, Done), outcome
    return outcome


def with_intent(order: Charge, intent: str | None) -> Charge:
    """An order as it stands in the books: with what the gateway named it."""
    return msgspec.structs.replace(order, intent=intent)
