"""Talks to PayPal: with a token that is renewed in time, and says what surely happened.

A verb opens one connection and closes it: a connection that PayPal has closed in the
meantime would look like an order whose answer was lost.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from time import monotonic
from typing import Any, Final, TypeVar

import httpx
import msgspec

from guilder.outbound import trusted, underway
from guilder.payments.gateways.gateway import GatewayUnavailable, OutcomeUnknown

from .documents import AccessToken, Document, Empty, Fault, Link

RENEWED_BEFORE_SECONDS: Final = 60
"""A token is renewed before it ends, so that it does not end on its way."""

TURNED_AWAY: Final = {401, 403, 429}
LOOKED_AT: Final = {400, 404, 405, 413, 415, 422}

D = TypeVar("D", bound=Document)


class Refused(Exception):
    """PayPal looked at a call, did nothing, and said why."""

    def __init__(self, status: int, fault: Fault) -> None:
        detail = fault.details[0] if fault.details else None
        self.issue = (detail.issue if detail else "") or fault.name or f"HTTP_{status}"
        self.message = (detail.description if detail else "") or fault.message or self.issue
        self.links: list[Link] = fault.links
        self.is_missing = status == httpx.codes.NOT_FOUND
        self.is_decision = self.is_missing or status == httpx.codes.UNPROCESSABLE_ENTITY
        super().__init__(f"{status} {self.issue} ({fault.debug_id})")


@cache
def trust_of(roots: bytes | None) -> ssl.SSLContext:
    """The roots that count: the usual ones, if no others are given. All accounts share them."""
    if roots is None:
        return trusted()
    return ssl.create_default_context(cadata=roots.decode())


class Client:
    """One account at PayPal, and the token for it."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        api_base: str,
        timeout_seconds: float,
        roots: bytes | None,
    ) -> None:
        self._credentials = httpx.BasicAuth(client_id, client_secret)
        self._api_base = api_base.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self.roots = roots
        self._token: str | None = None
        self._renewed_at = 0.0
        self._one_renews = asyncio.Lock()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["Connection"]:
        """A connection for one verb, which has so long as one call may take."""
        async with httpx.AsyncClient(base_url=self._api_base, verify=self.trust) as http:
            try:
                yield Connection(self, http, monotonic() + self._timeout_seconds)
            except Refused as refusal:
                raise GatewayUnavailable(f"PayPal refused the call: {refusal}") from None

    async def download(self, address: str, *, most_bytes: int) -> bytes:
        """Read what is at an address, without telling who we are, and without being led on."""
        ends_in = self._timeout_seconds
        try:
            async with (
                underway() as request,
                asyncio.timeout(ends_in),
                httpx.AsyncClient(verify=self.trust, timeout=ends_in) as http,
                http.stream("GET", address, extensions={"trace": request.trace}) as reply,
            ):
                return await _read_at_most(reply, most_bytes)
        except (httpx.TransportError, TimeoutError) as error:
            raise GatewayUnavailable(f"PayPal was not reached: {type(error).__name__}") from None

    async def token(self, connection: "Connection", *, instead_of: str | None = None) -> str:
        """The token, renewed where it ended, or where PayPal no longer takes the one we have."""
        async with self._one_renews:
            if self._token in {None, instead_of} or monotonic() >= self._renewed_at:
                granted = await connection.ask_for_token(self._credentials)
                self._token = granted.access_token
                self._renewed_at = monotonic() + granted.expires_in - RENEWED_BEFORE_SECONDS
            return self._token or ""

    @property
    def trust(self) -> ssl.SSLContext:
        """What PayPal has to be traced to."""
        return trust_of(self.roots)


class Connection:
    """The calls of one verb."""

    def __init__(self, client: Client, http: httpx.AsyncClient, ends_at: float) -> None:
        self._client = client
        self._http = http
        self._ends_at = ends_at

    async def get(self, path: str, shape: type[D], query: Mapping[str, str] | None = None) -> D:
        """Read a document, which changes nothing."""
        reply = await self._call(self._http.build_request("GET", path, params=query))
        return _read(reply, shape)

    async def post(
        self, path: str, shape: type[D], *, body: dict[str, Any], request_id: str
    ) -> tuple[D, bool]:
        """Have something done once; whether it was done by this very call comes with it."""
        headers = {"PayPal-Request-Id": request_id, "Prefer": "return=representation"}
        request = self._http.build_request("POST", path, json=body, headers=headers)
        reply = await self._call(request)
        return _read(reply, shape), reply.status_code == httpx.codes.CREATED

    async def patch(self, path: str, changes: list[dict[str, Any]]) -> None:
        """Change a document."""
        await self._call(self._http.build_request("PATCH", path, json=changes))

    async def delete(self, path: str) -> None:
        """Have a document forgotten."""
        await self._call(self._http.build_request("DELETE", path))

    async def hand_in(self, path: str, *, body: dict[str, Any], request_id: str) -> None:
        """Post what PayPal wants as a form with a document in it."""
        part = (None, msgspec.json.encode(body), "application/json")
        headers = {"PayPal-Request-Id": request_id}
        await self._call(
            self._http.build_request("POST", path, files={"input": part}, headers=headers)
        )

    async def ask_for_token(self, credentials: httpx.Auth) -> AccessToken:
        """Show who we are."""
        request = self._http.build_request(
            "POST", "/v1/oauth2/token", data={"grant_type": "client_credentials"}
        )
        # Nothing moves by a token, so that an answer lost here left nothing in doubt.
        reply = await self._send(request, is_safe=True, auth=credentials)
        if reply.status_code != httpx.codes.OK:
            raise GatewayUnavailable(f"PayPal gave no token: {reply.status_code}")
        return _decoded(reply, AccessToken, is_safe=True)

    async def _call(self, request: httpx.Request) -> httpx.Response:
        is_safe = request.method == "GET"
        token = await self._client.token(self)
        request.headers["Authorization"] = f"Bearer {token}"
        reply = await self._send(request, is_safe=is_safe)
        if reply.status_code == httpx.codes.UNAUTHORIZED:
            token = await self._client.token(self, instead_of=token)
            request.headers["Authorization"] = f"Bearer {token}"
            reply = await self._send(request, is_safe=is_safe)
        _refuse_failures(reply, is_safe=is_safe)
        return reply

    async def _send(
        self, request: httpx.Request, *, is_safe: bool, auth: httpx.Auth | None = None
    ) -> httpx.Response:
        left = self._ends_at - monotonic()
        if left <= 0:
            raise GatewayUnavailable("No time was left to ask PayPal.")
        # Half of the time for the connection: an end of it that comes first leaves no doubt.
        request.extensions["timeout"] = httpx.Timeout(left, connect=left / 2).as_dict()
        async with underway() as call:
            request.extensions["trace"] = call.trace
            try:
                async with asyncio.timeout(left):
                    return await self._http.send(request, auth=auth)
            except (httpx.TransportError, httpx.DecodingError, TimeoutError) as error:
                why = type(error).__name__
                if not call.is_sent:
                    raise GatewayUnavailable(f"PayPal was not reached: {why}") from None
                raise _lost(why, is_safe=is_safe) from None


async def _read_at_most(reply: httpx.Response, most_bytes: int) -> bytes:
    content = b""
    async for part in reply.aiter_bytes():
        content += part
        if len(content) > most_bytes:
            raise Refused(413, Fault(name="TOO_LARGE"))
    if reply.status_code in TURNED_AWAY or reply.is_server_error:
        raise GatewayUnavailable(f"PayPal answered {reply.status_code}")
    if reply.status_code != httpx.codes.OK:
        raise Refused(reply.status_code, Fault())
    return content


def _refuse_failures(reply: httpx.Response, *, is_safe: bool) -> None:
    if reply.is_success:
        return
    status, fault = reply.status_code, _fault(reply)
    said = f"PayPal answered {status} {fault.name} ({fault.debug_id})"
    if status in TURNED_AWAY:
        raise GatewayUnavailable(said)
    if status in LOOKED_AT:
        raise Refused(status, fault)
    # Anything else, as 409 for one that is still under way, tells nothing of what was done.
    raise _lost(said, is_safe=is_safe)


def _lost(why: str, *, is_safe: bool) -> GatewayUnavailable | OutcomeUnknown:
    return GatewayUnavailable(why) if is_safe else OutcomeUnknown(why)


def _fault(reply: httpx.Response) -> Fault:
    try:
        return msgspec.json.decode(reply.content, type=Fault)
    except msgspec.DecodeError:
        return Fault(debug_id=reply.headers.get("paypal-debug-id", ""))


def _read(reply: httpx.Response, shape: type[D]) -> D:
    if shape is Empty:
        return shape()
    return _decoded(reply, shape, is_safe=reply.request.method == "GET")


def _decoded(reply: httpx.Response, shape: type[D], *, is_safe: bool) -> D:
    try:
        return msgspec.json.decode(reply.content, type=shape)
    except msgspec.DecodeError:
        raise _lost("PayPal's answer could not be read", is_safe=is_safe) from None
