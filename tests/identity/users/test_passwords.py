"""What is good enough for a password, and what is kept of it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from guilder.app import PACKAGES
from guilder.http import Response
from guilder.identity.users import (
    Hasher,
    PasswordIsTheEmail,
    Passwords,
    PasswordsBusy,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    require_good,
)
from guilder.identity.users.hasher import AT_ONCE
from guilder.identity.users.passwords import MOST_WAITING, common
from guilder.kernel import Problem

EMAIL = "wilma.vos@tulips.example"


@pytest.mark.parametrize(
    "password",
    [
        "nine purple bicycles",
        "Tr0ub4dor&3 x2",
        "x" * 60 + "yzäö",
        "пароль из слов",
        "wilma.vos and her nine bicycles",
    ],
)
def test_a_sentence_of_a_few_words_is_a_good_one(password: str) -> None:
    require_good(password, email=EMAIL)


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("elevenchars", PasswordTooShort),
        ("ä" * 11, PasswordTooShort),
        ("a" * 73, PasswordTooLong),
        ("ä" * 37, PasswordTooLong),
        ("nine purple\0bicycles", PasswordTooLong),
        ("PASSWORD1234", PasswordTooCommon),
        ("qwertyuiop123", PasswordTooCommon),
        ("abababababab", PasswordTooCommon),
        (EMAIL, PasswordIsTheEmail),
        (EMAIL.upper(), PasswordIsTheEmail),
        ("wilma.voswilma.vos", PasswordIsTheEmail),
        ("wilma.vos2026", PasswordIsTheEmail),
    ],
)
def test_what_others_would_find_is_refused(password: str, refusal: type[Problem]) -> None:
    with pytest.raises(refusal):
        require_good(password, email=EMAIL)


@pytest.mark.parametrize("password", sorted(common())[::1000])
def test_each_that_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises((PasswordTooCommon, PasswordTooLong)):
        require_good(password.upper(), email=EMAIL)


async def test_72_bytes_count_to_the_last() -> None:
    hasher = Hasher(4)
    kept = await hasher.hash("x" * 71 + "a")

    answers = [
        await hasher.is_right(one, kept)
        for one in ("x" * 71 + "a", "x" * 71 + "b", "x" * 71 + "ab", "", "x" * 71 + "a\0")
    ]

    assert answers == [True, False, False, False, False]


async def test_nobody_else_waits_for_a_hash() -> None:
    """The loop goes round while threads work, two at a time."""
    hasher = Hasher(10)
    hashing = asyncio.gather(*(hasher.hash(f"nine bicycles {n}") for n in range(4)))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns > 100
    assert len(set(await hashing)) == 4


async def test_of_no_password_none_is_right() -> None:
    hasher = Hasher(4)

    assert not await hasher.is_right("nobody has this password", None)
    assert not await hasher.is_right("", None)


async def test_one_more_than_may_wait_is_told_at_once_and_later_ones_are_served() -> None:
    passwords = Passwords(4)
    with held(passwords):
        waiting = [asyncio.create_task(hashed(passwords)) for _ in range(AT_ONCE + MOST_WAITING)]
        beyond = asyncio.create_task(hashed(passwords))
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
        assert beyond.done()
        assert isinstance(beyond.exception(), PasswordsBusy)

        waiting.pop().cancel()
        await asyncio.sleep(0)
        waiting.append(asyncio.create_task(hashed(passwords)))
        await asyncio.sleep(0)

    assert len(set(await asyncio.gather(*waiting))) == AT_ONCE + MOST_WAITING
    assert await hashed(passwords)


@contextmanager
def held(passwords: Passwords) -> Iterator[None]:
    """Nothing is hashed meanwhile."""
    may_work = threading.Event()
    for _ in range(AT_ONCE):
        passwords._hasher._hands.submit(may_work.wait)
    try:
        yield
    finally:
        may_work.set()


async def hashed(passwords: Passwords) -> str:
    with passwords.place() as hasher:
        return await hasher.hash("nine purple bicycles")


def test_every_endpoint_that_looks_at_a_password_says_that_it_may_be_busy() -> None:
    endpoints = [one for package in PACKAGES for one in package.endpoints]
    by_program = [one for one in endpoints if one.answer is not Response]
    looking = [one for one in by_program if Passwords in one.tools.values()]

    assert len(looking) >= 10
    assert [one.name for one in looking if PasswordsBusy not in one.problems] == []
