"""Codes of the moment are those of RFC 6238."""

from datetime import UTC, datetime, timedelta

import pytest

from guilder.identity.second_factor.totp import code_at, otpauth, readable, step_of

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_examples_of_the_standard(seconds: int, code: str) -> None:
    """It has eight digits, of which the last six are ours."""
    assert code_at(SECRET, seconds // 30) == code[2:]


@pytest.mark.parametrize(
    ("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_a_step_off(steps: int, *, is_right: bool) -> None:
    now = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
    step = int(now.timestamp()) // 30 + steps

    found = step_of(SECRET, code_at(SECRET, step), now=now)

    assert found == (step if is_right else None)


def test_the_last_moment_of_a_step() -> None:
    begins = datetime(2026, 3, 14, 9, 26, 30, tzinfo=UTC)
    code = code_at(SECRET, int(begins.timestamp()) // 30)

    good = [
        step_of(SECRET, code, now=begins + timedelta(seconds=seconds)) is not None
        for seconds in (-30.001, -30, 0, 59.999, 60)
    ]

    assert good == [False, True, True, True, False]


@pytest.mark.parametrize("code", ["", "\uff11" * 6, "\u0661" * 6, "é", "1" * 100_000])
def test_what_a_form_may_bring_is_no_code(code: str) -> None:
    assert step_of(SECRET, code, now=datetime(2026, 3, 14, tzinfo=UTC)) is None


def test_an_authenticator_reads_what_it_needs() -> None:
    url = otpauth(SECRET, issuer="Tulip & Sons", account="wilma@tulips.example")

    assert readable(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert url == (
        "otpauth://totp/Tulip%20%26%20Sons%3Awilma@tulips.example"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Tulip%20%26%20Sons"
        "&algorithm=SHA1&digits=6&period=30"
    )
