"""A call: one request at one endpoint, from the caller's admission to the answer."""

from typing import Any, Final, Protocol

import msgspec

from guilder.db import Pool, Tx
from guilder.kernel import Actor, CursorSeal, Network, Problem, Tool, Vault

from .answers import (
    Answer,
    Ticket,
    Work,
    earlier_answers,
    finish_answer,
    keep_answers,
    ticket_of,
)
from .callers import Caller, Gatekeeper, Rates, Visitor
from .endpoint import Endpoint
from .problems import PROBLEM_TYPE
from .request import Request
from .response import EventStream, Headers, Response, problem_response
from .unfinished import Asked, Unfinished

REPLAYED: Final[Headers] = ((b"idempotency-replayed", b"true"),)
KEPT_PROBLEMS: Final = range(400, 500)
FIRST_PROBLEM: Final = 400

encode: Final = msgspec.json.Encoder(decimal_format="string", uuid_format="canonical").encode


class Reception(msgspec.Struct):
    """What calls share: connections, who knows tokens, seals, tools, and the counting of calls."""

    pool: Pool
    gatekeeper: Gatekeeper
    seal: CursorSeal
    vault: Vault
    rates: Rates
    trusted: tuple[Network, ...] = ()
    tools: dict[type[Tool], Tool] = {}


class Together(Protocol):
    """Who answers calls that come at the same time in one transaction."""

    async def answer(self, call: "Call") -> Response | EventStream:
        """Answer this one, together with others."""


class Call:
    """What is going on for one request. Who has no token that could be one does not get so far."""

    def __init__(
        self,
        reception: Reception,
        endpoint: Endpoint,
        request: Request,
        *,
        values: tuple[str, ...],
    ) -> None:
        self.reception = reception
        self.endpoint = endpoint
        self.request = request
        self.values = values
        self.ticket: Ticket | None = None
        self.body: Any = None
        self.path: Any = None
        self._began = False
        self._caller = self._caller_of(request) if endpoint.permission else None

    @property
    def caller(self) -> Caller:
        if self._caller is None:
            raise LookupError("nobody had to show a token here")
        return self._caller

    @property
    def asked(self) -> Asked[Any, Any]:
        """This call as one of several."""
        return Asked(self.body, self.path, self.ticket.key if self.ticket else None)

    async def answer(self, together: Together) -> Response | EventStream:
        """Let the caller in, run the endpoint's function, and shape what it answers."""
        caller = self._caller
        if caller is None:
            return self.shape(await self.endpoint.function(**self._for_a_visitor()))
        try:
            answer = await self._answer(caller, together)
        except Problem as problem:
            if caller.standing is None:
                raise
            answer = problem_response(problem, self.request.id)
        if isinstance(answer, EventStream):
            answer.owner = caller.tenant_id
        if caller.standing is not None:
            answer.headers = [*answer.headers, *caller.standing.headers]
        return answer

    def shape(self, answer: Any) -> Response | EventStream:
        """What a function answered, as it goes out."""
        if isinstance(answer, (EventStream, Response)):
            return answer
        body = b"" if self.endpoint.status == 204 else encode(answer)  # noqa: PLR2004
        return Response(self.endpoint.status, body)

    async def finish(self, work: Work) -> Response | EventStream:
        """Do what is left in the world, and answer; the answer is the one that is kept."""
        endpoint, caller = self.endpoint, self.caller
        left = endpoint.read_work(work.left)
        tools = self.tools(endpoint.finish_tools)
        try:
            answer = self.shape(await endpoint.finish(caller, left, **tools))
        except Problem as problem:
            if not is_kept(problem):
                raise
            answer = problem_response(problem, self.request.id)
        ticket = self.ticket
        if ticket is not None and isinstance(answer, Response):
            given = Answer(answer.status, answer.body)

            async def keep(tx: Tx, _: Actor) -> None:
                await finish_answer(tx, ticket, given, self.reception.vault)

            await caller.transact(keep)
        return answer

    def _caller_of(self, request: Request) -> Caller:
        return Caller(
            self.reception.pool,
            self.reception.gatekeeper,
            request,
            permission=self.endpoint.permission or "",
            rates=self.reception.rates,
            trusted=self.reception.trusted,
        )

    def _for_a_visitor(self) -> dict[str, Any]:
        arguments = self.endpoint.read(self.request, self.values)
        if name := self.endpoint.given.get("visitor"):
            arguments[name] = Visitor(
                self.reception.pool, self.request, trusted=self.reception.trusted
            )
        return arguments | self.tools(self.endpoint.tools)

    async def _answer(self, caller: Caller, together: Together) -> Response | EventStream:
        endpoint = self.endpoint
        if endpoint.is_batched:
            return await self._join(caller, together)
        if "caller" in endpoint.given:
            arguments = await caller.transact(self.receive)
            arguments[endpoint.given["caller"]] = caller
            return self.shape(await endpoint.function(**arguments))
        try:
            answer = await caller.transact(self._in_transaction)
        except Problem as problem:
            if self.ticket and self._began and is_kept(problem):
                return await self._keep_refusal(caller, self.ticket, problem)
            raise
        return await self.finish(answer) if isinstance(answer, Work) else answer

    async def _join(self, caller: Caller, together: Together) -> Response | EventStream:
        try:
            arguments = self.endpoint.read(self.request, self.values)
        except Problem:
            await caller.transact(self.receive)  # whoever may not come in is told that first
            raise
        self.body = arguments.pop("body", None)
        self.path = self.endpoint.path_type(**arguments) if self.endpoint.path_type else None
        return await together.answer(self)

    async def _in_transaction(self, tx: Tx, actor: Actor) -> Response | EventStream | Work:
        self._began = False
        arguments = await self.receive(tx, actor)
        vault = self.reception.vault
        if self.endpoint.is_idempotent and (ticket := ticket_of(self.request)):
            (earlier,) = await earlier_answers(tx, [ticket], vault)
            self.ticket = ticket
            if earlier is not None:
                return replay(earlier)
        self._began = True
        answer = self.answer_or_work(await self.endpoint.function(**arguments))
        if self.ticket and not isinstance(answer, EventStream):
            await keep_answers(tx, [(self.ticket, kept(answer))], vault)
        return answer

    async def receive(self, tx: Tx, actor: Actor) -> dict[str, Any]:
        """Gather the arguments of the endpoint's function."""
        endpoint = self.endpoint
        arguments = endpoint.read(self.request, self.values)
        if name := endpoint.given.get("page"):
            arguments[name] = endpoint.page(
                arguments, self.request, seal=self.reception.seal, tenant_id=actor.tenant_id
            )
        if name := endpoint.given.get("tx"):
            arguments[name] = tx
        if name := endpoint.given.get("actor"):
            arguments[name] = actor
        return arguments | self.tools(endpoint.tools) if endpoint.tools else arguments

    def answer_or_work(self, answer: Any) -> Response | EventStream | Work:
        """What a function answered, or what it left to do."""
        if isinstance(answer, Unfinished):
            return Work(msgspec.json.encode(answer.work))
        return self.shape(answer)

    def tools(self, wanted: dict[str, type[Tool]]) -> dict[str, Any]:
        """The tools that a function asks for."""
        return {name: self.reception.tools[kind] for name, kind in wanted.items()}

    async def _keep_refusal(self, caller: Caller, ticket: Ticket, problem: Problem) -> Response:
        """Record a refusal like any answer: its work was rolled back, so on its own."""
        refusal = problem_response(problem, self.request.id)

        async def keep(tx: Tx, _: Actor) -> Response | Work:
            vault = self.reception.vault
            (earlier,) = await earlier_answers(tx, [ticket], vault)
            if earlier is not None:
                return replay(earlier)
            await keep_answers(tx, [(ticket, kept(refusal))], vault)
            return refusal

        answer = await caller.transact(keep)
        return refusal if isinstance(answer, Work) else answer


def is_kept(problem: Problem) -> bool:
    """Whether a refusal is the answer for good: one that says when to come back is not."""
    tells_when = problem.retry_after_seconds is not None or "retry_after" in problem.details
    return problem.status in KEPT_PROBLEMS and not tells_when


def kept(answer: Response | Work) -> Answer | Work:
    """An answer as it is recorded."""
    return answer if isinstance(answer, Work) else Answer(answer.status, answer.body)


def replay(earlier: Answer | Work | Problem) -> Response | Work:
    """What came of the same request before: the answer again, work to go on with, or a refusal."""
    if isinstance(earlier, Problem):
        raise earlier
    if isinstance(earlier, Work):
        return earlier
    if earlier.status < FIRST_PROBLEM:
        return Response(earlier.status, earlier.body, headers=REPLAYED)
    return Response(
        earlier.status, earlier.body, content_type=PROBLEM_TYPE.encode(), headers=REPLAYED
    )
