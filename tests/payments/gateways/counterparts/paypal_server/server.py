"""The server: doors, tokens, request ids that are answered once, and levers for tests."""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec

from . import shapes
from .authority import Signed, signer, tls
from .books import Books, Clock
from .disputes import Disputes
from .faults import Fault, missing
from .orders import Orders
from .papers import Papers
from .payments import Payments
from .reports import Reports
from .vault import Vault
from .wire import Reply, Request, listen

CLIENT_ID = "client-of-the-tests"
CLIENT_SECRET = "secret-of-the-tests"
WEBHOOK_ID = "8PT597110X687430LKGECATA"

MOVES_MONEY = re.compile(
    r"/v2/checkout/orders/[^/]+/(capture|authorize)|/v2/payments/\w+/[^/]+/(capture|refund|void)"
)
DOOR = "/v1/oauth2/token"
CERTIFICATES = "/v1/notifications/certs/"
INPUT = re.compile(rb'name="input".*?\r\n\r\n(.*?)\r\n--', re.DOTALL)

T = TypeVar("T")
Answer = Callable[..., Reply]


class PayPalServer:
    """One account at PayPal."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.base = ""
        self.certificates: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self.granted = 0
        self.grants_for_seconds = 32_400
        self.good_tokens: set[str] = set()
        self.instead: list[tuple[str, Reply | None]] = []
        """What the next call to such a path is answered, without being looked at."""
        self.before: tuple[str, Callable[[str], object]] | None = None
        """What happens to an order just before the next call of that method is looked at."""
        self.silent_at = ""
        """A path where nobody ever answers."""
        self.loses_reply = False
        self.loses_request = False
        self.answered: dict[str, tuple[tuple[str, bytes], Reply]] = {}
        """By request id: what was asked, and what was answered."""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        async with listen(self.handle, tls()) as port:
            self.base = f"https://localhost:{port}"
            self._open()
            yield

    def publish(self, name: str, certificate: Signed) -> str:
        """Put a certificate where notices may point to."""
        self.certificates[name] = certificate.pem
        return f"{self.base}{CERTIFICATES}{name}"

    def forget_request_ids(self) -> None:
        """Six hours have passed."""
        self.answered.clear()

    async def handle(self, request: Request) -> Reply | None:
        """An answer, or None where the connection is cut."""
        self.requests.append(request)
        if request.path == self.silent_at:
            await asyncio.Event().wait()
        for planned in self.instead:
            if re.fullmatch(planned[0], request.path):
                self.instead.remove(planned)
                return planned[1]
        if request.path.startswith(CERTIFICATES):
            pem = self.certificates.get(request.path.removeprefix(CERTIFICATES))
            return Reply(200, pem) if pem else missing().reply()
        if request.path == DOOR:
            return self._grant(request)
        is_moving = request.method == "POST" and MOVES_MONEY.fullmatch(request.path)
        if is_moving and self.loses_request:
            self.loses_request = False
            return None
        if self.before and self.before[0] == request.method:
            self.before[1](request.path.rpartition("/")[2])
            self.before = None
        reply = self._answer(request)
        if is_moving and self.loses_reply:
            self.loses_reply = False
            return None
        return reply._replace(headers={"Paypal-Debug-Id": "f0a1b2c3d4e5f"})

    def _open(self) -> None:
        self.books = Books(self.clock)
        self.papers = Papers(self.base)
        self.books.told = self.papers.payment
        self.vault = Vault(self.books)
        self.disputes = Disputes(self.books, self.papers)
        self.orders = Orders(self.books, self.papers, self.vault, self.disputes)
        self.payments = Payments(self.books, self.papers)
        self.reports = Reports(self.books)
        self.address = self.publish("CERT-360caa42-fca2a594-8079afec", signer())

    def _grant(self, request: Request) -> Reply:
        credentials = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {credentials}":
            return Reply(401, {"error": "invalid_client", "error_description": "Unknown."})
        if request.body != b"grant_type=client_credentials":
            return Reply(400, {"error": "unsupported_grant_type"})
        self.granted += 1
        token = f"A21AA-{self.granted}"
        self.good_tokens.add(token)
        return Reply(
            200,
            {
                "scope": "https://uri.paypal.com/services/payments/payment",
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": self.grants_for_seconds,
            },
        )

    def _answer(self, request: Request) -> Reply:
        try:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if token not in self.good_tokens:
                return Fault("INVALID_TOKEN", "Access token not found.", status=401).reply()
            return self._once(request) if request.method == "POST" else self._do(request)
        except Fault as fault:
            return fault.reply()
        except msgspec.ValidationError as error:
            return Fault("INVALID_PARAMETER_SYNTAX", str(error), status=400).reply()

    def _once(self, request: Request) -> Reply:
        name = request.headers.get("paypal-request-id", "")
        if not name or len(name) > 108:
            raise Fault(
                "PAYPAL_REQUEST_ID_REQUIRED", "A PayPal-Request-Id is required.", status=400
            )
        asked = (request.path, request.body)
        if name in self.answered:
            before, reply = self.answered[name]
            if before != asked:
                raise Fault("DUPLICATE_REQUEST_ID", "It was used for something else.", status=400)
            return reply._replace(status=200) if reply.status == 201 else reply
        # PayPal does not say whether it remembers refusals too; here it does, which is harder.
        try:
            reply = self._do(request)
        except Fault as fault:
            reply = fault.reply()
        self.answered[name] = (asked, reply)
        return reply

    def _do(self, request: Request) -> Reply:
        for method, pattern, answer in self._doors():
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return answer(request, *found.groups())
        raise missing()

    def _doors(self) -> list[tuple[str, str, Answer]]:
        orders, payments, vault = self.orders, self.payments, self.vault
        disputes, name = self.disputes, "([^/]+)"
        return [
            ("POST", "/v2/checkout/orders",
             lambda r: Reply(201, orders.make(_read(r, shapes.NewOrder)))),
            ("GET", f"/v2/checkout/orders/{name}", lambda _, o: Reply(200, orders.read(o))),
            ("PATCH", f"/v2/checkout/orders/{name}",
             lambda r, o: _empty(orders.change(o, _read(r, list[shapes.Patch])))),
            ("POST", f"/v2/checkout/orders/{name}/(capture|authorize)",
             lambda r, o, v: Reply(201, orders.take(o, _read(r, shapes.TakeOrder), verb=v))),
            ("GET", f"/v2/payments/(authorizations|captures|refunds)/{name}",
             lambda _, k, p: Reply(200, payments.read(k, p))),
            ("POST", f"/v2/payments/authorizations/{name}/capture",
             lambda r, p: Reply(201, payments.capture(p, _read(r, shapes.NewCapture)))),
            ("POST", f"/v2/payments/authorizations/{name}/void",
             lambda r, p: _read(r, shapes.NewVoid) and Reply(200, payments.void(p))),
            ("POST", f"/v2/payments/captures/{name}/refund",
             lambda r, p: Reply(201, payments.refund(p, _read(r, shapes.NewRefund)))),
            ("POST", "/v3/vault/payment-tokens",
             lambda r: Reply(201, vault.keep(_read(r, shapes.NewToken)))),
            ("GET", f"/v3/vault/payment-tokens/{name}", lambda _, t: Reply(200, vault.read(t))),
            ("DELETE", f"/v3/vault/payment-tokens/{name}", lambda _, t: _empty(vault.forget(t))),
            ("GET", "/v1/reporting/transactions",
             lambda r: Reply(200, self.reports.search(r.query))),
            ("GET", f"/v1/customer/disputes/{name}", lambda _, d: Reply(200, disputes.read(d))),
            ("POST", f"/v1/customer/disputes/{name}/provide-evidence",
             lambda r, d: Reply(200, disputes.provide_evidence(d, _form(r, shapes.NewEvidence)))),
            ("POST", f"/v1/customer/disputes/{name}/provide-supporting-info",
             lambda r, d: Reply(200, disputes.support(d, _form(r, shapes.SupportingInformation)))),
        ]  # fmt: skip


def _read(request: Request, shape: type[T]) -> T:
    if request.headers.get("content-type") != "application/json":
        raise Fault("UNSUPPORTED_MEDIA_TYPE", "It is not JSON.", status=400)
    return msgspec.json.decode(request.body, type=shape)


def _form(request: Request, shape: type[T]) -> T:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Fault("UNSUPPORTED_MEDIA_TYPE", "It is no form.", status=400)
    part = INPUT.search(request.body)
    if not part:
        raise Fault("MISSING_REQUIRED_PARAMETER", "There is no input.", status=400)
    return msgspec.json.decode(part[1], type=shape)


def _empty(_: Any) -> Reply:
    return Reply(204)
