"""The hasher: makes of a password what is kept of it, and compares one with that."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final, final

import bcrypt

MOST_BYTES: Final = 72
"""What bcrypt looks at. It would not see the rest of a longer one."""

AT_ONCE: Final = 2
"""So many are looked at in one process at a time; the others wait, and nothing else does."""


@final
class Hasher:
    """Hashes passwords and compares them, in threads of its own: nobody else waits for it."""

    def __init__(self, cost: int) -> None:
        self._cost = cost
        self._hands = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """What is kept of a password."""
        return await asyncio.get_running_loop().run_in_executor(self._hands, self._hash, password)

    async def is_right(self, password: str, kept: str | None) -> bool:
        """Whether this is the password; where there is none, it takes as long to say no."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._hands, self._compare, password, kept)

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed at a lower cost than today's."""
        return _cost_of(kept) < self._cost

    def _hash(self, password: str) -> str:
        return bcrypt.hashpw(password.encode(), bcrypt.gensalt(self._cost)).decode()

    def _compare(self, password: str, kept: str | None) -> bool:
        if self._nobodys is None:
            self._nobodys = self._hash("nobody has this password")
        plain = password if fits(password) else ""
        against = kept or self._nobodys
        is_same = bcrypt.checkpw(plain.encode("utf-8", "surrogatepass"), against.encode())
        for missing in range(_cost_of(against), self._cost):
            # One that was hashed at a lower cost must not be told by how quickly it is refused.
            bcrypt.hashpw(b"", bcrypt.gensalt(missing))
        return is_same and kept is not None and bool(plain)


def fits(password: str) -> bool:
    """Whether bcrypt would look at all of it."""
    return len(password.encode("utf-8", "surrogatepass")) <= MOST_BYTES and "\0" not in password


def _cost_of(kept: str) -> int:
    return int(kept.split("$")[2])
