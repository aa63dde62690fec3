"""PayPal as the conformance suite drives it: our adapter, and a server of PayPal's shape."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from guilder.kernel import Money
from guilder.payments.gateways.paypal import PayPalGateway
from tests.payments.gateways.counterpart import Sent

from .paypal_server import PayPalServer, shapes
from .paypal_server.authority import root, signed_headers, signer
from .paypal_server.books import Payment
from .paypal_server.faults import Fault
from .paypal_server.server import CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID
from .paypal_server.wire import Reply

CURRENCIES = ("EUR", "JPY")


class PayPalCounterpart:
    """An account at PayPal, from both ends of the wire."""

    tokens = MappingProxyType(
        {
            "good": "setup-good",
            "declined": "paypal:wallet-declined",
            "insufficient_funds": "card:card-insufficient_funds",
            "expired": "card:card-expired",
            "lost": "card-lost",
            "needs_action": "card:card-needs_action",
            "disputed": "card:card-disputed",
        }
    )
    decline_codes = MappingProxyType(
        {
            "declined": "instrument_declined",
            "insufficient_funds": "insufficient_funds",
            "expired": "expired_card",
            "lost": "lost_or_stolen",
        }
    )
    has_several_captures = True

    def __init__(self, server: PayPalServer) -> None:
        self.server = server
        self.gateway = self.adapter()

    def adapter(self, **different: Any) -> PayPalGateway:
        """An adapter that talks to this server, with what a test wants to be different."""
        usual = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "webhook_id": WEBHOOK_ID,
            "api_base": self.server.base,
            "timeout_seconds": 5.0,
            "certificate_hosts": {self.server.base.removeprefix("https://")},
            "roots": root().pem,
            "clock": self.server.clock,
        }
        return PayPalGateway(**usual | different)

    async def refuse_next(self) -> None:
        self.answer_instead("/v[23]/.*", Fault("RATE_LIMIT_REACHED", status=429).reply())

    async def lose_next_reply(self) -> None:
        self.server.loses_reply = True

    async def lose_next_request(self) -> None:
        self.server.loses_request = True

    async def act(self, intent: str, *, agrees: bool) -> None:
        self.server.orders.approve(intent, agrees=agrees)

    async def taken(self, intent: str) -> tuple[int, int]:
        order = self.server.books.order(intent)
        return minor(order.captures), minor(order.refunds)

    async def charges(self) -> int:
        return sum(
            any(each.counts for each in (*order.captures, *order.authorizations))
            for order in self.server.books.orders.values()
        )

    async def notices(self, intent: str) -> list[Sent]:
        told = [event for order, event in self.server.books.events if order == intent]
        return [self.sent(event) for event in told]

    async def on_statement(self, intent: str) -> str | None:
        return self.server.books.order(intent).unit.soft_descriptor

    async def refund_in_dashboard(self, intent: str, amount_minor: int) -> None:
        (taken,) = self.server.books.order(intent).captures
        value = str(Money(amount_minor, taken.currency).decimal)
        amount = shapes.Amount(currency_code=taken.currency, value=value)
        self.server.payments.refund(taken.id, shapes.NewRefund(amount=amount))

    async def fail_refund(self, reference: str) -> None:
        self.server.payments.fail_refund(reference)

    def answer_instead(self, path: str, reply: Reply | None) -> None:
        """The next call to such a path is not looked at; without a reply, the line is cut."""
        self.server.instead.append((path, reply))

    def sent(self, event: dict[str, Any], **different: Any) -> Sent:
        """A notice as PayPal sends it, with what a forger would do differently."""
        body = msgspec.json.encode(event)
        usual = {
            "webhook_id": WEBHOOK_ID,
            "address": self.server.address,
            "at": self.server.clock(),
            "by": signer(),
            "identity": f"69cd13f0-{event.get('id')}",
        }
        return signed_headers(body, **usual | different), body


def minor(payments: list[Payment]) -> int:
    """What these payments are in all, in the currency's smallest unit."""
    counting = [each for each in payments if each.counts and each.status != "PENDING"]
    total = sum((each.value for each in counting), Decimal())
    return Money.parse(str(total), counting[0].currency).minor if counting else 0


@asynccontextmanager
async def open_counterpart() -> AsyncIterator[PayPalCounterpart]:
    """Start the server on a free loopback port, and an adapter that talks to it."""
    server = PayPalServer()
    async with server.listening():
        yield PayPalCounterpart(server)
