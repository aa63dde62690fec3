"""The sandbox, on both ends: its adapter behind a wire that can be cut, and its books."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec

from guilder.db import system_transaction
from guilder.jobs import inspect
from guilder.kernel import Currency, Money
from guilder.payments.gateways.gateway import (
    AttemptId,
    Capture,
    Charge,
    GatewayUnavailable,
    Notice,
    Outcome,
    OutcomeUnknown,
    Refund,
    Void,
)
from guilder.payments.gateways.sandbox import SandboxGateway, SandboxTold, book
from tests.payments.gateways.counterpart import Sent
from tests.world import World

ADDRESS = "http://guilder.test"
KEY = b"the key with which this sandbox signs"

TOKENS = {
    "good": "pm_card_visa",
    "declined": "pm_card_chargeDeclined",
    "insufficient_funds": "pm_card_insufficientFunds",
    "expired": "pm_card_chargeDeclinedExpiredCard",
    "lost": "pm_card_chargeDeclinedLostCard",
    "needs_action": "pm_card_authenticationRequired",
    "disputed": "pm_card_createDispute",
}
DECLINE_CODES = {
    "declined": "card_declined",
    "insufficient_funds": "insufficient_funds",
    "expired": "expired_card",
    "lost": "lost_card",
}

Order = TypeVar("Order", Charge, Capture, Refund, Void)


class Wire:
    """The adapter, and between it and its caller a line that somebody else may cut."""

    name = SandboxGateway.name

    def __init__(self, sandbox: SandboxGateway) -> None:
        self._sandbox = sandbox
        self.refuses = False
        self.loses_request = False
        self.loses_reply = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sandbox, name)

    async def charge(self, order: Charge) -> Outcome:
        return await self._send(self._sandbox.charge, order)

    async def capture(self, order: Capture) -> Outcome:
        return await self._send(self._sandbox.capture, order)

    async def refund(self, order: Refund) -> Outcome:
        return await self._send(self._sandbox.refund, order)

    async def void(self, order: Void) -> Outcome:
        return await self._send(self._sandbox.void, order)

    async def _send(self, verb: Callable[[Order], Awaitable[Outcome]], order: Order) -> Outcome:
        if self.refuses:
            self.refuses = False
            raise GatewayUnavailable("turned away")
        if self.loses_request:
            self.loses_request = False
            raise OutcomeUnknown("the request was lost")
        outcome = await verb(order)
        if self.loses_reply:
            self.loses_reply = False
            raise OutcomeUnknown("the reply was lost")
        return outcome


class SandboxCounterpart:
    """A tenant's sandbox."""

    has_several_captures = True
    tokens = MappingProxyType(TOKENS)
    decline_codes = MappingProxyType(DECLINE_CODES)

    def __init__(self, world: World) -> None:
        self.world = world
        self.sandbox = SandboxGateway(world.pool, world.tenant_id, key=KEY, public_url=ADDRESS)
        self.gateway = Wire(self.sandbox)

    async def refuse_next(self) -> None:
        self.gateway.refuses = True

    async def lose_next_reply(self) -> None:
        self.gateway.loses_reply = True

    async def lose_next_request(self) -> None:
        self.gateway.loses_request = True

    async def act(self, intent: str, *, agrees: bool) -> None:
        assert await self.sandbox.act(
            AttemptId(UUID(intent.removeprefix("sandbox_"))), agrees=agrees
        )

    async def taken(self, intent: str) -> tuple[int, int]:
        async with self.world.tx() as tx:
            standing = await book.standing_of(tx, tenant_id=tx.tenant_id, intent=intent)
        return standing.taken_minor, standing.given_back_minor

    async def charges(self) -> int:
        return sum(
            status == "done" and kind in {"charge", "hold"}
            for kind, status, _ in await self.lines()
        )

    async def notices(self, intent: str) -> list[Sent]:
        """What the sandbox sends on its own, after one for each movement as others send."""
        told = [
            Notice(id=f"{kind} {number}", type=f"{kind}.{status}", intent=intent)
            for number, (kind, status, of) in enumerate(await self.lines())
            if of == intent
        ]
        async with system_transaction(self.world.pool) as tx:
            queued = await inspect(tx, status=None, kind=SandboxTold.name, most=1000)
        told += [
            notice
            for job in reversed(queued)
            if job.tenant_id == self.world.tenant_id
            and (notice := msgspec.convert(job.payload, SandboxTold).notice).intent == intent
        ]
        return [self.sandbox.write_notice(notice) for notice in told]

    async def refund_in_dashboard(self, intent: str, amount_minor: int) -> None:
        order = Refund(
            id=AttemptId(uuid4()),
            payment_id=uuid4(),
            amount=Money(amount_minor, Currency("EUR")),
            intent=intent,
            taken=None,
        )
        await self.sandbox.refund(order)

    async def lines(self) -> list[tuple[str, str, str]]:
        """The whole book: kind, status and intent of each line."""

        async with self.world.tx() as tx:
            found = await tx.fetch(
                "select kind, status, intent from payments.sandbox_movement order by created_at, id"
            )
        return [(row["kind"], row["status"], row["intent"]) for row in found]


@asynccontextmanager
async def open_counterpart(world: World) -> AsyncIterator[SandboxCounterpart]:
    """The sandbox of a new tenant."""
    yield SandboxCounterpart(world)
