"""Batches: calls of one endpoint by one caller, which are answered in one transaction.

They gather while the batch before them is being committed. The caller is let in
once for all of them, their keys are looked up together, the endpoint's function
receives those that are new, and their answers are recorded: what is wrong with
one is nothing to the others.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, final

from guilder.db import Batch, Pool, Turns, Tx
from guilder.kernel import Problem

from .answers import (
    Answer,
    IdempotencyKeyReused,
    RequestInProgress,
    Work,
    earlier_answers,
    keep_answers,
    ticket_of,
)
from .callers import READS
from .calls import Call, is_kept, kept, replay
from .endpoint import Endpoint
from .response import EventStream, Response, problem_response

Outcome = Response | Work | Problem


@final
class Batches:
    """One batch for each endpoint that takes several calls at once.

    Those of one tenant that write take turns. Who only reads has not to wait for a commit.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._turns = Turns()
        self._of: dict[Endpoint, Batch[Call, Response | Work]] = {}

    async def answer(self, call: Call) -> Response | EventStream:
        """Answer a call together with those that come at the same time."""
        batch = self._of.get(call.endpoint)
        if batch is None:
            verb = partial(_answer_together, call.endpoint)
            turns = None if call.endpoint.method in READS else self._turns
            batch = self._of[call.endpoint] = Batch(self._pool, verb, turns=turns)
        answer = await batch(call.caller.tenant_id, call, group=call.caller.group)
        return await call.finish(answer) if isinstance(answer, Work) else answer


async def _answer_together(endpoint: Endpoint, tx: Tx, calls: Sequence[Call]) -> list[Outcome]:
    """An outcome for each call, in their order."""
    try:
        actor = await calls[0].caller.admit(tx)
    except Problem as problem:  # none of them can be better off alone
        return [problem.again() for _ in calls]
    now = await tx.now()
    outcomes: dict[int, Outcome] = {}
    for place, call in enumerate(calls):
        try:
            call.caller.join(actor, at=now)
            call.ticket = ticket_of(call.request) if endpoint.is_idempotent else None
        except Problem as problem:
            outcomes[place] = problem
    firsts = await _look_up(tx, calls, outcomes)
    fresh = [
        place
        for place, call in enumerate(calls)
        if place not in outcomes and (not call.ticket or firsts[call.ticket.key] == place)
    ]
    if fresh:
        await _do(endpoint, tx, calls, places=fresh, outcomes=outcomes)
    for place, call in enumerate(calls):
        if place not in outcomes and call.ticket:
            first = firsts[call.ticket.key]
            outcomes[place] = _repeated(calls[first], call, outcomes[first])
    return [outcomes[place] for place in range(len(calls))]


async def _look_up(tx: Tx, calls: Sequence[Call], outcomes: dict[int, Outcome]) -> dict[str, int]:
    """Put down what was answered before; answers where each key comes first."""
    firsts: dict[str, int] = {}
    for place, call in enumerate(calls):
        if place not in outcomes and call.ticket:
            firsts.setdefault(call.ticket.key, place)
    tickets = [ticket for place in firsts.values() if (ticket := calls[place].ticket)]
    if not tickets:
        return firsts
    found = await earlier_answers(tx, tickets, calls[0].reception.vault)
    for place, earlier in zip(firsts.values(), found, strict=True):
        if isinstance(earlier, Problem):
            outcomes[place] = earlier
        elif earlier is not None:
            outcomes[place] = replay(earlier)
    return firsts


async def _do(
    endpoint: Endpoint,
    tx: Tx,
    calls: Sequence[Call],
    *,
    places: Sequence[int],
    outcomes: dict[int, Outcome],
) -> None:
    """Have the function answer what is new, and record what it answers."""
    asked = [calls[place].asked for place in places]
    given: dict[str, Any] = {endpoint.given["tx"]: tx, endpoint.given["asked"]: asked}
    answers = await endpoint.function(**given, **calls[0].tools(endpoint.tools))
    to_keep = []
    for place, answer in zip(places, answers, strict=True):
        call = calls[place]
        outcome = outcomes[place] = _outcome(call, answer)
        if call.ticket and not isinstance(outcome, Problem):
            to_keep.append((call.ticket, kept(outcome)))
    await keep_answers(tx, to_keep, calls[0].reception.vault)


def _outcome(call: Call, answer: Any) -> Outcome:
    if isinstance(answer, Problem):
        if call.ticket and is_kept(answer):
            return problem_response(answer, call.request.id)
        return answer
    found = call.answer_or_work(answer)
    if isinstance(found, EventStream):
        raise TypeError("a stream is not answered together with others")
    return found


def _repeated(first: Call, call: Call, outcome: Outcome) -> Outcome:
    """The same request again, in the same batch: the same answer, once it is there."""
    if first.ticket != call.ticket:
        return IdempotencyKeyReused()
    if isinstance(outcome, Response):
        return replay(Answer(outcome.status, outcome.body))
    return RequestInProgress() if isinstance(outcome, Work) else outcome
