"""The door: the one ASGI application, through which every request comes in and is answered."""

import asyncio
import time
from collections.abc import Sequence
from typing import final

import structlog

from guilder.kernel import Problem

from .calls import Call, Reception
from .endpoint import Endpoint
from .limits import MAX_REQUESTS_IN_FLIGHT
from .metrics import Meter
from .problems import (
    EndpointTimeout,
    InternalError,
    Overloaded,
    ShuttingDown,
    VersionNotKnown,
)
from .request import EVENT_STREAM_TYPES, JSON_TYPES, ClientGone, Receive, Request, Scope, Send
from .response import API_VERSION, EventStream, Response, problem_response
from .routing import Router
from .streams import Streams

log = structlog.get_logger()


@final
class Door:
    """Finds the endpoint, holds requests to their limits, and answers problems as documents."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        reception: Reception,
        *,
        max_in_flight: int = MAX_REQUESTS_IN_FLIGHT,
    ) -> None:
        self._router = Router()
        for endpoint in endpoints:
            self._router.add(endpoint)
        self._reception = reception
        self._streams = Streams()
        self._meter = Meter()
        self._max_in_flight = max_in_flight
        self._in_flight = 0
        self.draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientGone:
            return
        if isinstance(answer, EventStream):
            await self._streams.send(answer, request, receive=receive, send=send)
            return
        await send_response(answer, request, send)
        self._meter.count(request, answer.status, time.perf_counter() - began)

    def drain(self) -> None:
        """Refuse what comes from now on and end the streams; what is under way goes on."""
        self.draining = True
        self._streams.end()

    async def _answer(self, request: Request) -> Response | EventStream:
        self._in_flight += 1
        try:
            return await self._call(request)
        except Problem as problem:
            return problem_response(problem, request.id)
        except ClientGone:
            raise
        except Exception:
            log.exception("request failed", request_id=request.id, route=request.route)
            return problem_response(InternalError(), request.id)
        finally:
            self._in_flight -= 1

    async def _call(self, request: Request) -> Response | EventStream:
        if self._in_flight > self._max_in_flight:
            raise Overloaded
        request.check_head()
        endpoint, values = self._router.find(request.method, request.path)
        request.route = endpoint.path
        if self.draining and endpoint.permission is not None:
            raise ShuttingDown
        if request.header(b"guilder-version") not in {None, API_VERSION}:
            raise VersionNotKnown(supported=[API_VERSION])
        if endpoint.answers_json:
            request.must_accept(EVENT_STREAM_TYPES if endpoint.is_stream else JSON_TYPES)
        if endpoint.body_type is not None:
            request.must_be_json()
        await request.read_body(endpoint.max_body_bytes)
        try:
            async with asyncio.timeout(endpoint.timeout_seconds):
                return await Call(self._reception, endpoint, request, values).answer()
        except TimeoutError as slow:
            raise EndpointTimeout from slow


async def send_response(response: Response, request: Request, send: Send) -> None:
    """Write a response down, with the headers that all of them carry."""
    headers = [
        *response.common,
        (b"request-id", request.id.encode()),
        (b"content-length", str(len(response.body)).encode()),
        *response.headers,
    ]
    if response.body:
        headers.append((b"content-type", response.content_type))
    body = b"" if request.method == "HEAD" else response.body
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
