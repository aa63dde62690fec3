"""The adapter: every verb of a gateway, as PayPal does it."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

import msgspec

from guilder.payments.gateways.gateway import (
    Capture,
    Charge,
    DisputeReport,
    Instrument,
    Movement,
    Notice,
    Order,
    Outcome,
    Refund,
    RefundReport,
    Void,
)

from . import books, charges, disputes, holds, notices, refunds, sources
from .amounts import refusal_of
from .certificates import HOSTS, SANDBOX_SIGNER, SIGNER, Certificates
from .client import Client, Refused
from .outcomes import NEVER_ARRIVED, of_refusal

LIVE: Final = "https://api-m.paypal.com"
CLOCK: Final = partial(datetime.now, UTC)  # noqa: TID251 - a notice comes before any transaction


class PayPalGateway:
    """Moves money at PayPal, with one merchant's credentials."""

    name = "paypal"

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        webhook_id: str,
        api_base: str | None = None,
        timeout_seconds: float = 20.0,
        certificate_hosts: Collection[str] = HOSTS,
        signer: str | None = None,
        roots: bytes | None = None,
        clock: Callable[[], datetime] = CLOCK,
    ) -> None:
        api_base = api_base or LIVE
        self._client = Client(
            client_id=client_id,
            client_secret=client_secret,
            api_base=api_base,
            timeout_seconds=timeout_seconds,
            roots=roots,
        )
        self._webhook_id = webhook_id
        self._clock = clock
        self._certificates = Certificates(
            self._client,
            hosts=certificate_hosts,
            signer=signer or (SANDBOX_SIGNER if ".sandbox." in api_base else SIGNER),
            clock=clock,
        )

    async def charge(self, order: Charge) -> Outcome:
        """Take or hold an amount."""
        if refusal := refusal_of(order.amount):
            return refusal
        now = self._clock()
        if order.intent is None and books.is_old(order, now):
            intent = await books.forgotten(self._client, order, now)
            order = msgspec.structs.replace(order, intent=intent)
        async with self._client.connect() as paypal:
            try:
                return await charges.charge(paypal, order)
            except Refused as refused:
                return of_refusal(refused, order.intent)

    async def capture(self, order: Capture) -> Outcome:
        """Take of what is held."""
        if refusal := refusal_of(order.amount):
            return refusal
        async with self._client.connect() as paypal:
            return await holds.capture(paypal, order)

    async def refund(self, order: Refund) -> Outcome:
        """Give back of what was taken."""
        if refusal := refusal_of(order.amount):
            return refusal
        async with self._client.connect() as paypal:
            return await refunds.refund(paypal, order)

    async def void(self, order: Void) -> Outcome:
        """Let go of what is held, or close an order that waits for its buyer."""
        async with self._client.connect() as paypal:
            return await holds.void(paypal, order)

    async def find(self, order: Order) -> Outcome | None:
        """What became of an order; an approved one is taken, one that never arrived is closed."""
        if isinstance(order, Charge):
            return await self._find_charge(order)
        async with self._client.connect() as paypal:
            document = await charges.read_order(paypal, order.intent)
        if isinstance(order, Capture):
            return holds.captured(order, document)
        if isinstance(order, Refund):
            return refunds.refunded(order, document)
        return holds.voided(order, document)

    async def refunds_of(self, intent: str) -> list[RefundReport]:
        """How every refund of a payment stands, by whomever it was made."""
        async with self._client.connect() as paypal:
            return refunds.reports(await charges.read_order(paypal, intent))

    def movements(self, since: datetime, until: datetime) -> AsyncIterator[Movement]:
        """What moved in a span of time. PayPal's books may be three hours behind."""
        return books.movements(self._client, since, until)

    async def dispute(self, reference: str) -> DisputeReport:
        """How a dispute stands."""
        async with self._client.connect() as paypal:
            return await disputes.report(paypal, reference)

    async def answer_dispute(self, reference: str, evidence: str, *, is_final: bool) -> None:
        """Tell the merchant's side of it."""
        async with self._client.connect() as paypal:
            await disputes.answer(paypal, reference, evidence, is_final=is_final)

    async def save(self, token: str, customer: str | None) -> tuple[str, str, Instrument]:
        """Keep an instrument for later."""
        async with self._client.connect() as paypal:
            return await sources.save(paypal, token, customer)

    async def forget(self, token: str) -> None:
        """Keep it no longer."""
        async with self._client.connect() as paypal:
            await sources.forget(paypal, token)

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Read a notice, or refuse one that is not genuine."""
        await notices.check(
            headers,
            body,
            certificates=self._certificates,
            webhook_id=self._webhook_id,
            now=self._clock(),
        )
        event = notices.read_event(body)
        async with self._client.connect() as paypal:
            return await notices.read(paypal, event)

    async def _find_charge(self, order: Charge) -> Outcome | None:
        if refusal := refusal_of(order.amount):
            return refusal
        intent = order.intent
        async with self._client.connect() as paypal:
            if intent is None:
                placed, is_new = await charges.place(paypal, order)
                if is_new:
                    await charges.close(paypal, placed, why=NEVER_ARRIVED)
                intent = None if is_new else placed.id
        if intent is None:
            intent = await books.forgotten(self._client, order, self._clock())
        if intent is None:
            return None
        async with self._client.connect() as paypal:
            try:
                document = await charges.read_order(paypal, intent)
            except Refused as refused:
                if not refused.is_missing:
                    raise
                return charges.expired(intent)
            return await charges.go_on(paypal, order, document)
