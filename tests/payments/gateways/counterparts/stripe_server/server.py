"""The server: who asks, whether it was asked before, and what is answered."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from . import disputes, instruments, intents, lists, refunds, sessions
from .books import Books, Thing
from .refusals import Refused, invalid
from .wire import Answer, Request, Torn

INTENT = {
    "amount", "currency", "capture_method", "customer", "description", "payment_method",
    "statement_descriptor_suffix", "metadata[*]", "automatic_payment_methods[enabled]",
    "automatic_payment_methods[allow_redirects]",
    "payment_method_options[card][request_multicapture]",
}  # fmt: skip
TAKING = {"capture_method", "description", "statement_descriptor_suffix", "metadata[*]"}
PRICE = {"currency", "unit_amount", "product_data[name]"}
SESSION = {
    "mode", "client_reference_id", "success_url", "cancel_url", "metadata[*]", "customer",
    "line_items[][quantity]", "payment_method_options[card][request_multicapture]",
    *(f"line_items[][price_data][{one}]".replace("[product_data[name]]", "[product_data][name]")
      for one in PRICE),
    *(f"payment_intent_data[{one}]".replace("[metadata[*]]", "[metadata][*]") for one in TAKING),
}  # fmt: skip
CAPTURE = {"amount_to_capture", "final_capture", "metadata[*]"}
REFUND = {"amount", "payment_intent", "reason", "metadata[*]"}
DISPUTE = {"evidence[uncategorized_text]", "submit", "metadata[*]"}
PAGE = {"limit", "starting_after"}
SPAN = {"created[gte]", "created[lt]", "source", "type"}

Verb = Callable[..., Thing]

CONFIRM = {"return_url", "off_session"}
ROUTES: list[tuple[str, str, Verb, set[str], set[str]]] = [
    ("POST", "/payment_intents", intents.create, INTENT, {"amount", "currency"}),
    ("GET", "/payment_intents/search", lists.search, {"query", "limit", "page"}, {"query"}),
    ("GET", "/payment_intents/(pi_.+)", intents.retrieve, set(), set()),
    ("POST", "/payment_intents/(.+)/confirm", intents.confirm, CONFIRM, set()),
    ("POST", "/payment_intents/(.+)/capture", intents.capture, CAPTURE, set()),
    ("POST", "/payment_intents/(.+)/cancel", intents.cancel, {"cancellation_reason"}, set()),
    ("POST", "/checkout/sessions", sessions.create, SESSION, {"mode", "line_items", "success_url"}),
    ("GET", "/checkout/sessions/(cs_.+)", sessions.retrieve, set(), set()),
    ("POST", "/checkout/sessions/(cs_.+)/expire", sessions.expire, set(), set()),
    ("POST", "/refunds", refunds.create, REFUND, {"payment_intent"}),
    ("GET", "/refunds", lists.refunds, {"payment_intent"} | PAGE, set()),
    ("GET", "/balance_transactions", lists.lines, SPAN | PAGE, set()),
    ("POST", "/customers", instruments.create_customer, {"metadata[*]"}, set()),
    ("GET", "/payment_methods/(.+)", instruments.retrieve, set(), set()),
    ("POST", "/payment_methods/(.+)/attach", instruments.attach, {"customer"}, {"customer"}),
    ("POST", "/payment_methods/(.+)/detach", instruments.detach, set(), set()),
    ("GET", "/disputes/(.+)", disputes.retrieve, set(), set()),
    ("POST", "/disputes/(.+)", disputes.update, DISPUTE, set()),
]  # fmt: skip
MOVES_MONEY = re.compile(r".*/(confirm|capture|cancel|refunds)")


class Server:
    """An account behind its secret key."""

    def __init__(self, secret_key: str, version: str) -> None:
        self.books = Books()
        self.requests: list[Request] = []
        self.interposed: list[tuple[str, Callable[[], None]]] = []
        self.loses_reply = False
        self.loses_request = False
        self.held: asyncio.Event | None = None
        self.arrived = asyncio.Event()
        self._secret_key = secret_key
        self._version = version
        self._known: dict[str, tuple[Any, Answer | None]] = {}

    async def answer(self, request: Request) -> Answer:
        """Do what is asked, unless a test wants it otherwise."""
        self.requests.append(request)
        moves = request.method == "POST" and MOVES_MONEY.fullmatch(request.path)
        if moves and self.loses_request:
            self.loses_request = False
            raise Torn
        try:
            self._interpose(request)
            answer = await self._answered(request)
        except Refused as refusal:
            answer = refused(refusal)
        if moves and self.loses_reply:
            self.loses_reply = False
            raise Torn
        return answer

    def before(self, path: str, happens: Callable[[], None]) -> None:
        """Something happens just before the next call to a path is answered, or instead."""
        self.interposed.append((path, happens))

    def _interpose(self, request: Request) -> None:
        for each in self.interposed:
            if re.fullmatch(f"/v1{each[0]}", request.path):
                self.interposed.remove(each)
                each[1]()
                return

    async def _answered(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self._secret_key}":
            raise Refused("Invalid API Key provided: sk_test_*****", status=401, is_kept=False)
        if request.headers.get("stripe-version") != self._version:
            raise Refused("Invalid Stripe API version", is_kept=False)
        if request.method != "POST":
            return Answer(200, json.dumps(self._done(request)).encode())
        return await self._once(request.headers["idempotency-key"], request)

    async def _once(self, key: str, request: Request) -> Answer:
        """The same key is answered the same; while it is being answered, not at all."""
        content = (request.path, request.pairs)
        if key in self._known:
            before, answer = self._known[key]
            if answer is None:
                message = "There is currently another in-progress request using this key."
                code = "idempotency_key_in_use"
                raise Refused(message, status=409, type="idempotency_error", code=code)
            if before != content:
                raise Refused("Keys can only be used with the same.", type="idempotency_error")
            return Answer(answer.status, answer.body, {"Idempotent-Replayed": "true"})
        self._known[key] = content, None
        self.arrived.set()
        if self.held:
            await self.held.wait()
        try:
            answer = Answer(200, json.dumps(self._done(request)).encode())
        except Refused as refusal:
            if not refusal.is_kept:
                del self._known[key]
                raise
            answer = refused(refusal)
        self._known[key] = content, answer
        return answer

    def forget_keys(self) -> None:
        """A day has passed."""
        self._known.clear()

    def _done(self, request: Request) -> Thing:
        for method, path, verb, known, needed in ROUTES:
            found = re.fullmatch(f"/v1{path}", request.path)
            if method == request.method and found:
                check(request, known | {"expand[]"}, needed)
                expand = request.form.pop("expand", [])
                return self.books.shown(verb(self.books, *found.groups(), request.form), expand)
        raise Refused("Unrecognized request URL", status=404, is_kept=False)


def check(request: Request, known: set[str], needed: set[str]) -> None:
    """Parameters that Stripe does not know, it refuses."""
    for name, _ in request.pairs:
        plain = re.sub(r"(^|\[)metadata(\]?)\[[^\[]+\]$", r"\1metadata\2[*]", name)
        plain = re.sub(r"\[\d+\]", "[]", plain)
        if plain not in known:
            message = f"Received unknown parameter: {name}"
            raise invalid(message, name, "parameter_unknown")
    for name in needed - request.form.keys():
        raise invalid(f"Missing required param: {name}.", name, "parameter_missing")


def no(refusal: Exception) -> Callable[[], None]:
    """A refusal, as something that happens."""

    def happens() -> None:
        raise refusal

    return happens


def refused(refusal: Refused) -> Answer:
    return Answer(refusal.status, json.dumps({"error": refusal.error}).encode())
