"""Companions: whoever acts on a fact in the very transaction that tells it.

What belongs together is then committed together: the order with the payment's
success. A companion that fails takes nothing down with it. The fact is told
without its effect, and the relay brings it to the same companion later, as it does
to every consumer: with growing pauses, ten times, and then puts it on the desk, where
a person tries it again or drops it. So an effect has to know when it is done.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar, get_type_hints

import msgspec
import structlog

from guilder.db import Tx
from guilder.kernel import Fact, Tool, reason_of, tools_in

from .consumers import REASON_CHARACTERS, Consumer
from .event import Event

log = structlog.get_logger()
F = TypeVar("F", bound=Fact)


class Companion(msgspec.Struct, frozen=True):
    """What is done about one kind of fact, under a name that is kept for ever."""

    name: str
    fact: type[Fact]
    run: Callable[..., Awaitable[None]]
    wants: Callable[[Tx, Any], bool]

    def with_tools(self, tools: dict[type[Tool], Tool]) -> "Companion":
        """The same, with the tools that its function asks for at hand."""
        wanted = tools_in(get_type_hints(self.run))
        run = partial(self.run, **{name: tools[kind] for name, kind in wanted.items()})
        return Companion(self.name, self.fact, run, self.wants)

    def as_consumer(self) -> Consumer:
        """The same, for what it could not do at once."""
        data_type = get_type_hints(self.fact)["data"]

        async def run(tx: Tx, events: Sequence[Event]) -> None:
            facts = [
                self.fact(event.object_id, msgspec.convert(event.data, data_type))
                for event in events
            ]
            if wanted := [fact for fact in facts if self.wants(tx, fact)]:
                await self.run(tx, wanted)

        return Consumer(self.name, run, frozenset({self.fact.name}))


def companion(
    name: str,
    fact: type[F],
    run: Callable[..., Awaitable[None]],
    *,
    wants: Callable[[Tx, F], bool],
) -> Companion:
    """Whoever receives the facts of one kind that it wants, all of a transaction at once."""
    return Companion(name, fact, run, wants)


def accompany(companions: Iterable[Companion]) -> Callable[[Tx], Awaitable[None]]:
    """What is done before a commit: each companion acts on the facts, also on those of another."""
    everyone = list(companions)

    async def act(tx: Tx) -> None:
        seen = 0
        while seen < len(tx.facts):
            new, seen = tx.facts[seen:], len(tx.facts)
            for each in everyone:
                wanted = [fact for fact in new if type(fact) is each.fact and each.wants(tx, fact)]
                if wanted:
                    await _try(tx, each, wanted)

    return act


async def _try(tx: Tx, each: Companion, facts: Sequence[Fact]) -> None:
    try:
        async with tx.savepoint():
            await each.run(tx, facts)
    except Exception as failure:  # noqa: BLE001 - the fact itself must not be lost
        reason = reason_of(failure, REASON_CHARACTERS)
        log.warning("companion failed, the relay goes on", companion=each.name, reason=reason)
