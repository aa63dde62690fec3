"""Stripe, on the other end: our server in its shape, and our adapter with the official SDK."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import MappingProxyType

from guilder.payments.gateways.stripe import API_VERSION, StripeGateway
from tests.payments.gateways.counterpart import Sent
from tests.payments.gateways.counterparts.stripe_server import intents, sessions
from tests.payments.gateways.counterparts.stripe_server.books import signed
from tests.payments.gateways.counterparts.stripe_server.refunds import fail, given_back, refund
from tests.payments.gateways.counterparts.stripe_server.refusals import Refused
from tests.payments.gateways.counterparts.stripe_server.server import Server, no
from tests.payments.gateways.counterparts.stripe_server.wire import serving

SECRET_KEY = "sk_test_of_the_house"
WEBHOOK_SECRET = "whsec_of_the_house"

TOKENS = {
    "good": "pm_card_visa",
    "declined": "pm_card_visa_chargeDeclined",
    "insufficient_funds": "pm_card_chargeDeclinedInsufficientFunds",
    "expired": "pm_card_chargeDeclinedExpiredCard",
    "lost": "pm_card_chargeDeclinedLostCard",
    "needs_action": "pm_card_authenticationRequired",
    "disputed": "pm_card_createDispute",
    "inquired": "pm_card_createDisputeInquiry",
}
DECLINE_CODES = {
    "declined": "generic_decline",
    "insufficient_funds": "insufficient_funds",
    "expired": "expired_card",
    "lost": "lost_card",
}


class StripeCounterpart:
    """The levers of the server."""

    has_several_captures = True
    tokens = MappingProxyType(TOKENS)
    decline_codes = MappingProxyType(DECLINE_CODES)

    def __init__(self, server: Server, url: str) -> None:
        self.server = server
        self.books = server.books
        self.url = url
        self.gateway = self.adapter()

    def adapter(self, **other: object) -> StripeGateway:
        """The adapter as the house makes it, or with something else."""
        usual = {
            "secret_key": SECRET_KEY,
            "webhook_secret": WEBHOOK_SECRET,
            "api_base": self.url,
            "timeout_seconds": 5.0,
            "has_several_captures": True,
        }
        return StripeGateway(**usual | other)

    async def refuse_next(self) -> None:
        self.server.before(".*", no(Refused("Too many requests.", status=429)))

    async def lose_next_reply(self) -> None:
        self.server.loses_reply = True

    async def lose_next_request(self) -> None:
        self.server.loses_request = True

    async def act(self, intent: str, *, agrees: bool) -> None:
        if intent.startswith("cs_"):
            sessions.pay(self.books, intent, TOKENS["good" if agrees else "declined"])
            return
        intents.act(self.books, intent, agrees=agrees)

    async def taken(self, intent: str) -> tuple[int, int]:
        """Of the currencies of the suite, Stripe has the same units as we."""
        found = self.books.get(intent, "payment_intent")
        return found["amount_received"], given_back(self.books, intent)

    async def charges(self) -> int:
        return sum(
            intent["status"] in ("succeeded", "requires_capture") or intent["amount_received"] > 0
            for intent in self.books.all("payment_intent")
        )

    async def notices(self, intent: str) -> list[Sent]:
        return [
            signed(event, WEBHOOK_SECRET, at)
            for at, event in self.books.events
            if intent
            in (event["data"]["object"]["id"], event["data"]["object"].get("payment_intent"))
        ]

    async def on_statement(self, intent: str) -> str | None:
        suffix: str | None = self.books.get(intent, "payment_intent")["statement_descriptor_suffix"]
        return suffix

    async def refund_in_dashboard(self, intent: str, amount_minor: int) -> None:
        found = self.books.get(intent, "payment_intent")
        refund(self.books, found, amount_minor, reason=None, marks={})

    async def fail_refund(self, reference: str) -> None:
        fail(self.books, reference)


@asynccontextmanager
async def open_counterpart() -> AsyncIterator[StripeCounterpart]:
    """A new account, with nothing in it."""
    server = Server(SECRET_KEY, API_VERSION)
    async with serving(server.answer) as url:
        counterpart = StripeCounterpart(server, url)
        yield counterpart
        await counterpart.gateway.close()
