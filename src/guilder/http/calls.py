"""A call: one request at one endpoint, from the caller's admission to the answer."""

from typing import Any, Final

import msgspec

from guilder.db import Pool, Tx
from guilder.kernel import Actor, CursorSeal, Problem, Vault

from .answers import Answer, Ticket, earlier_answer, keep_answer, ticket_of
from .caller import Caller, Gatekeeper
from .endpoint import Endpoint
from .problems import PROBLEM_TYPE
from .rates import Rates
from .request import Request
from .response import EventStream, Headers, Response, problem_response

REPLAYED: Final[Headers] = ((b"idempotency-replayed", b"true"),)
KEPT_PROBLEMS: Final = range(400, 500)
FIRST_PROBLEM: Final = 400

encode: Final = msgspec.json.Encoder(decimal_format="string", uuid_format="canonical").encode


class Reception(msgspec.Struct):
    """What calls share: connections, who knows tokens, seals, and the counting of calls."""

    pool: Pool
    gatekeeper: Gatekeeper
    seal: CursorSeal
    vault: Vault
    rates: Rates


class Call:
    """What is going on for one request."""

    def __init__(
        self,
        reception: Reception,
        endpoint: Endpoint,
        request: Request,
        *,
        values: tuple[str, ...],
    ) -> None:
        self._reception = reception
        self._endpoint = endpoint
        self._request = request
        self._values = values
        self._ticket: Ticket | None = None
        self._began = False

    async def answer(self) -> Response | EventStream:
        """Let the caller in, run the endpoint's function, and shape what it answers."""
        endpoint, reception = self._endpoint, self._reception
        if endpoint.permission is None:
            arguments = endpoint.read(self._request, self._values)
            return self._shape(await endpoint.function(**arguments))
        caller = Caller(
            reception.pool,
            reception.gatekeeper,
            self._request,
            permission=endpoint.permission,
            rates=reception.rates,
        )
        try:
            answer = await self._answer(caller)
        except Problem as problem:
            if caller.standing is None:
                raise
            answer = problem_response(problem, self._request.id)
        if isinstance(answer, EventStream):
            answer.owner = caller.tenant_id
        if caller.standing is not None:
            answer.headers = [*answer.headers, *caller.standing.headers]
        return answer

    async def _answer(self, caller: Caller) -> Response | EventStream:
        endpoint = self._endpoint
        if "caller" in endpoint.given:
            arguments = await caller.transact(self._receive)
            arguments[endpoint.given["caller"]] = caller
            return self._shape(await endpoint.function(**arguments))
        try:
            return await caller.transact(self._in_transaction)
        except Problem as problem:
            if self._ticket and self._began and problem.status in KEPT_PROBLEMS:
                return await self._keep_refusal(caller, self._ticket, problem)
            raise

    async def _in_transaction(self, tx: Tx, actor: Actor) -> Response | EventStream:
        self._began = False
        arguments = await self._receive(tx, actor)
        if self._endpoint.is_idempotent and (ticket := ticket_of(self._request)):
            if earlier := await earlier_answer(tx, ticket, self._reception.vault):
                return _replay(earlier)
            self._ticket = ticket
        self._began = True
        response = self._shape(await self._endpoint.function(**arguments))
        if self._ticket and isinstance(response, Response):
            answer = Answer(response.status, response.body)
            await keep_answer(tx, self._ticket, answer, self._reception.vault)
        return response

    async def _receive(self, tx: Tx, actor: Actor) -> dict[str, Any]:
        """Gather the arguments of the endpoint's function."""
        endpoint = self._endpoint
        arguments = endpoint.read(self._request, self._values)
        if name := endpoint.given.get("page"):
            arguments[name] = endpoint.page(
                arguments, self._request, seal=self._reception.seal, tenant_id=actor.tenant_id
            )
        if name := endpoint.given.get("tx"):
            arguments[name] = tx
        if name := endpoint.given.get("actor"):
            arguments[name] = actor
        return arguments

    def _shape(self, answer: Any) -> Response | EventStream:
        if isinstance(answer, (EventStream, Response)):
            return answer
        body = b"" if self._endpoint.status == 204 else encode(answer)  # noqa: PLR2004
        return Response(self._endpoint.status, body)

    async def _keep_refusal(self, caller: Caller, ticket: Ticket, problem: Problem) -> Response:
        """Record a refusal like any answer: its work was rolled back, so on its own."""
        refusal = problem_response(problem, self._request.id)

        async def keep(tx: Tx, _: Actor) -> Response:
            if earlier := await earlier_answer(tx, ticket, self._reception.vault):
                return _replay(earlier)
            answer = Answer(refusal.status, refusal.body)
            await keep_answer(tx, ticket, answer, self._reception.vault)
            return refusal

        return await caller.transact(keep)


def _replay(earlier: Answer) -> Response:
    if earlier.status < FIRST_PROBLEM:
        return Response(earlier.status, earlier.body, headers=REPLAYED)
    return Response(
        earlier.status, earlier.body, content_type=PROBLEM_TYPE.encode(), headers=REPLAYED
    )
