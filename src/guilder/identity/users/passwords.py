"""Passwords: what is good enough for one, and what is kept of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Final, final

from guilder.kernel import Problem, Tool

from .hasher import AT_ONCE, MOST_BYTES, Hasher, fits

SHORTEST: Final = 12
FEWEST_LETTERS: Final = 4
MOST_WAITING: Final = 32
"""So many wait to be looked at, for a few seconds; whoever comes then is told so at once."""


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


class PasswordsBusy(Problem, status=503, retry_after_seconds=5):
    """Too many passwords wait to be looked at. This one was not, nor was it counted: try again."""


PASSWORD_PROBLEMS: Final = (
    PasswordTooShort,
    PasswordTooLong,
    PasswordTooCommon,
    PasswordIsTheEmail,
    PasswordsBusy,
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


@cache
def common() -> frozenset[str]:
    """The passwords of twelve characters and more that are tried first."""
    text = (files(__package__) / "common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@final
class Passwords(Tool):
    """Lets in whoever wants a password hashed or compared, as many as there is time for."""

    def __init__(self, cost: int) -> None:
        self._hasher = Hasher(cost)
        self._taken = 0

    @contextmanager
    def place(self) -> Iterator[Hasher]:
        """A place among those who are looked at or wait for it.

        It is taken before an attempt is counted, so that who finds none has made no attempt.
        """
        if self._taken >= AT_ONCE + MOST_WAITING:
            raise PasswordsBusy
        self._taken += 1
        try:
            yield self._hasher
        finally:
            self._taken -= 1
