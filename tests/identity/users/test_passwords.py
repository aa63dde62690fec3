"""What is good enough for a password, and what is kept of it."""

import asyncio

import pytest

from guilder.identity.users import (
    PasswordIsTheEmail,
    Passwords,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    require_good,
)
from guilder.identity.users.passwords import common
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
    passwords = Passwords(4)
    kept = await passwords.hash("x" * 71 + "a")

    answers = [
        await passwords.is_right(one, kept)
        for one in ("x" * 71 + "a", "x" * 71 + "b", "x" * 71 + "ab", "", "x" * 71 + "a\0")
    ]

    assert answers == [True, False, False, False, False]


async def test_nobody_else_waits_for_a_hash() -> None:
    """The loop goes round while threads work, two at a time."""
    passwords = Passwords(10)
    hashing = asyncio.gather(*(passwords.hash(f"nine bicycles {n}") for n in range(4)))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns > 100
    assert len(set(await hashing)) == 4


async def test_of_no_password_none_is_right() -> None:
    passwords = Passwords(4)

    assert not await passwords.is_right("nobody has this password", None)
    assert not await passwords.is_right("", None)
