"""Watching: what is asked of the database, and how often passwords are hashed or compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import bcrypt
import pytest

from guilder.db.connection import Connection


@dataclass
class Work:
    """What was done meanwhile: statements as they were sent, and the costs of hashes."""

    statements: list[str] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)

    @property
    def rounds(self) -> int:
        """How long the hashes took, in rounds."""
        return sum(2**cost for cost in self.hashes)


@contextmanager
def watched() -> Iterator[Work]:
    """What this process does meanwhile. Everything is done as ever."""
    work = Work()
    fetch, execute = Connection.fetch, Connection.execute
    hashpw, checkpw = bcrypt.hashpw, bcrypt.checkpw

    async def seen_fetch(self: Any, text: str, *params: Any, **more: Any) -> Any:
        work.statements.append(text)
        return await fetch(self, text, *params, **more)

    async def seen_execute(self: Any, text: str, *params: Any, **more: Any) -> Any:
        work.statements.append("begin of a tenant" if "guilder.tenant" in text else text)
        return await execute(self, text, *params, **more)

    def seen_hashpw(password: bytes, salt: bytes) -> bytes:
        work.hashes.append(cost_of(salt))
        return hashpw(password, salt)

    def seen_checkpw(password: bytes, kept: bytes) -> bool:
        work.hashes.append(cost_of(kept))
        return checkpw(password, kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "fetch", seen_fetch)
        patch.setattr(Connection, "execute", seen_execute)
        patch.setattr(bcrypt, "hashpw", seen_hashpw)
        patch.setattr(bcrypt, "checkpw", seen_checkpw)
        yield work


def cost_of(kept: bytes) -> int:
    return int(kept.split(b"$")[2])
