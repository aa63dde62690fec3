"""The post of tests: what waits to be mailed to somebody is sent, and what came is read."""

import re
from dataclasses import dataclass
from typing import Any, get_type_hints

import asyncpg
import msgspec

from guilder.app import System
from guilder.identity.manifest import MANIFEST
from guilder.jobs import Handler
from guilder.kernel import tools_in
from guilder.mail.outbox import Found
from tests.identity.people import Person

HANDLERS: dict[str, Handler] = {each.job.name: each for each in MANIFEST.handlers}
TOKEN = re.compile(r"token=(g[ti]_[0-9a-f]+)")

WAITING = """
    delete from jobs.job
    where kind = any($1) and payload -> 'home' ->> 'user_id' = $2
    returning tenant_id, kind, payload::text
"""


@dataclass(frozen=True)
class Post:
    """Carries the mail of one person at a time, so that tests do not read each other's."""

    system: System
    owner: asyncpg.Connection

    async def letters(self, person: Person, *, kind: str, to: str | None = None) -> list[Found]:
        """The letters of a kind that have come to somebody, newest first."""
        await self.carry(person)
        outbox = self.system.mailer.outbox
        assert outbox is not None
        found = [
            outbox.find(kept.name)
            for kept in outbox.newest(1000)
            if kept.kind == kind and (to or person.email) in kept.to
        ]
        return [letter for letter in found if letter is not None]

    async def letter(self, person: Person, *, kind: str, to: str | None = None) -> Found:
        """The one letter of a kind."""
        (found,) = await self.letters(person, kind=kind, to=to)
        return found

    async def token(self, person: Person, *, kind: str, to: str | None = None) -> str:
        """What the newest letter of a kind carries."""
        return token_in((await self.letters(person, kind=kind, to=to))[0])

    async def carry(self, person: Person) -> None:
        """Send whatever waits for somebody."""
        for job in await self.waiting(person):
            await self.do(job)

    async def waiting(self, person: Person) -> list[asyncpg.Record]:
        """Take what waits for somebody out of the queue."""
        return await self.owner.fetch(WAITING, list(HANDLERS), str(person.user_id))

    async def do(self, job: asyncpg.Record) -> None:
        """Do one job, as a worker would."""
        handler = HANDLERS[job["kind"]]
        work: Any = msgspec.json.decode(job["payload"], type=handler.job)
        tools = tools_in(get_type_hints(handler.run))
        given = {name: self.system.tools[kind] for name, kind in tools.items()}
        await handler.run(self.system.pool, job["tenant_id"], work, **given)


def token_in(letter: Found) -> str:
    """What the link of a letter carries."""
    found = TOKEN.search(letter.text)
    assert found, letter.text
    return found[1]
