"""Passwords: what is good enough for one, and what is kept of it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import Final, final

import bcrypt

from guilder.kernel import Problem, Tool

SHORTEST: Final = 12
FEWEST_LETTERS: Final = 4
MOST_BYTES: Final = 72
"""What bcrypt looks at. It would not see the rest of a longer one."""

AT_ONCE: Final = 2
"""So many are looked at in one process at a time; the others wait, and nothing else does."""


class PasswordTooShort(Problem, status=422):
    """A password has at least twelve characters. A sentence of a few words is a good one."""

    shortest: int


class PasswordTooLong(Problem, status=422):
    """A password has at most 72 bytes, since what comes after them would not count, and no NUL."""

    most_bytes: int


class PasswordTooCommon(Problem, status=422):
    """This password is among those that are tried first."""


class PasswordIsTheEmail(Problem, status=422):
    """A password is not made of the e-mail address."""


PASSWORD_PROBLEMS: Final = (
    PasswordTooShort,
    PasswordTooLong,
    PasswordTooCommon,
    PasswordIsTheEmail,
)


def require_good(password: str, *, email: str) -> None:
    """Refuse a password that others would find: by its length, or by what they know."""
    if len(password) < SHORTEST:
        raise PasswordTooShort(shortest=SHORTEST)
    if not fits(password):
        raise PasswordTooLong(most_bytes=MOST_BYTES)
    folded = password.casefold()
    if len(set(folded)) < FEWEST_LETTERS or folded in common():
        raise PasswordTooCommon
    name = email.casefold()
    local, _, _ = name.partition("@")
    rest = folded.replace(name, "").replace(local, "")
    if len(rest) < len(folded) and len(rest) < SHORTEST // 2:
        raise PasswordIsTheEmail


def fits(password: str) -> bool:
    """Whether bcrypt would look at all of it."""
    return len(password.encode("utf-8", "surrogatepass")) <= MOST_BYTES and "\0" not in password


@cache
def common() -> frozenset[str]:
    """The passwords of twelve characters and more that are tried first."""
    text = (files(__package__) / "common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@final
class Passwords(Tool):
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


def _cost_of(kept: str) -> int:
    return int(kept.split("$")[2])
