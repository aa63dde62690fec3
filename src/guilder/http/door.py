"""The door: the one ASGI application, through which every request comes in and is answered."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import final

import structlog

from guilder.kernel import Problem

from .batches import Batches
from .browsers import BROWSER_HEADERS, PREFLIGHT, preflight
from .calls import Call, Reception
from .endpoint import Endpoint
from .limits import (
    BODY_SECONDS,
    MAX_BODY_BYTES_UNDER_WAY,
    MAX_REQUESTS_IN_FLIGHT,
    MAX_REQUESTS_OPEN,
)
from .metrics import Meter
from .negotiation import EVENT_STREAM_TYPES, JSON_TYPES
from .problems import (
    EndpointTimeout,
    InternalError,
    Overloaded,
    RequestTimeout,
    ShuttingDown,
    VersionNotKnown,
)
from .request import ClientGone, Receive, Request, Room, Scope, Send
from .response import API_VERSION, EventStream, Response, problem_response
from .routing import Router
from .streams import Streams
from .wire.deadlines import Deadlines
from .wire.sending import send_response

ProblemPage = Callable[[Problem, str, str], bytes]
"""Writes a problem, with the path and the id of the request that has it, as people read it."""

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
        max_open: int = MAX_REQUESTS_OPEN,
        max_body_bytes_under_way: int = MAX_BODY_BYTES_UNDER_WAY,
        streams: Streams | None = None,
        problem_page: ProblemPage | None = None,
    ) -> None:
        self._router = Router()
        for endpoint in endpoints:
            self._router.add(endpoint)
        self._reception = reception
        self._batches = Batches(reception.pool)
        self._streams = streams or Streams()
        self._deadlines = Deadlines()
        self._room = Room(max_body_bytes_under_way)
        self._meter = Meter()
        self._problem_page = problem_page
        self._max_in_flight = max_in_flight
        self._max_open = max_open
        self._in_flight = 0
        self._open = 0
        self.draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        request = Request(scope, receive)
        self._open += 1
        try:
            answer = await self._answer(request)
            may_stay = request.is_complete or await self._hear_out(request)
        except ClientGone:
            return
        finally:
            self._open -= 1
        if request.is_for_browsers and isinstance(answer, Response):
            answer.common = BROWSER_HEADERS
        status = 200 if isinstance(answer, EventStream) else answer.status
        self._meter.count(request, status, time.perf_counter() - began)
        if isinstance(answer, EventStream):
            await self._streams.send(answer, request, receive=receive, send=send)
        else:
            await send_response(answer, request, send, may_stay=may_stay)

    def drain(self) -> None:
        """Refuse what comes from now on and end the streams; what is under way goes on."""
        self.draining = True
        self._streams.end()

    async def _answer(self, request: Request) -> Response | EventStream:
        try:
            return await self._call(request)
        except Problem as problem:
            return self._told(problem, request)
        except ClientGone:
            raise
        except asyncio.CancelledError:
            if not self.draining:
                raise
            request.is_overdue = True
            return self._told(ShuttingDown(), request)
        except Exception:
            log.exception("request failed", request_id=request.id, route=request.route)
            return self._told(InternalError(), request)
        finally:
            request.forget_body(self._room)

    def _told(self, problem: Problem, request: Request) -> Response:
        """A problem: as a page for a person, and as a document for a program."""
        page = None
        if self._problem_page is not None and request.is_for_a_page:
            page = self._problem_page(problem, request.path, request.id)
        return problem_response(problem, request.id, page=page)

    async def _hear_out(self, request: Request) -> bool:
        """Let who is still sending come to an end; whether the connection may go on after it."""
        try:
            return await request.discard_body()
        except asyncio.CancelledError:
            if not self.draining:
                raise
            return False

    async def _call(self, request: Request) -> Response | EventStream:
        request.check_head()
        if request.method == PREFLIGHT and (open_to := self._router.for_browsers(request.path)):
            request.route = open_to[0].path
            return preflight(sorted(one.method for one in open_to))
        endpoint, values = self._router.find(request.method, request.path)
        request.route, request.is_for_browsers = endpoint.path, endpoint.is_for_browsers
        if self.draining and endpoint.permission is not None:
            raise ShuttingDown
        if request.header(b"guilder-version") not in {None, API_VERSION}:
            raise VersionNotKnown(supported=[API_VERSION])
        if endpoint.answers_json:
            request.must_accept(EVENT_STREAM_TYPES if endpoint.is_stream else JSON_TYPES)
        if endpoint.body_type is not None:
            request.must_be_json()
        self._require_room(endpoint)
        call = Call(self._reception, endpoint, request, values=values)
        deadline = self._deadlines.within(BODY_SECONDS)
        try:
            with deadline:
                await request.read_body(endpoint.max_body_bytes, self._room)
                deadline.move(endpoint.timeout_seconds)
                return await self._work(endpoint, call)
        except TimeoutError as slow:
            if not deadline.has_passed:
                raise
            if request.is_complete:
                raise EndpointTimeout from slow
            request.is_overdue = True
            raise RequestTimeout from slow

    def _require_room(self, endpoint: Endpoint) -> None:
        """Refuse more work than can be done well; whoever asks how we are is always answered."""
        if endpoint.permission is not None and (
            self._in_flight >= self._max_in_flight or self._open > self._max_open
        ):
            raise Overloaded

    async def _work(self, endpoint: Endpoint, call: Call) -> Response | EventStream:
        self._require_room(endpoint)
        self._in_flight += 1
        try:
            answer = await call.answer(self._batches)
        finally:
            self._in_flight -= 1
        if isinstance(answer, EventStream):
            self._streams.require_room(answer)
        return answer
