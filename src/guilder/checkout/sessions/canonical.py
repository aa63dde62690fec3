"""Canonical JSON (RFC 8785): the one way to write a value, at which everybody arrives. Pure.

Keys stand in the order of their UTF-16 units, and numbers as ECMAScript writes them, which knows no
whole numbers beyond 2^53: what holds one is not portable.
"""

from decimal import Decimal
from typing import Any, Final

import msgspec

FIXED_FROM: Final = 1e-6
"""From here on ECMAScript writes a number without an exponent."""

MOST_PORTABLE: Final = 2**53 - 1
"""Beyond this not every whole number is a double, as most readers of JSON have it (RFC 7493)."""

_plain = msgspec.json.Encoder(order="sorted", decimal_format="string").encode


def canonical(value: Any) -> bytes:
    """A value with plain keys and whole numbers, as all of ours are, or a struct of such."""
    return _plain(value)


def told_by_others(value: Any) -> msgspec.Raw:
    """The same of a value that somebody else made up, for its place within ours."""
    return msgspec.Raw(_written(value))


def is_portable(value: Any) -> bool:
    """Whether every reader of JSON reads the same numbers in this."""
    match value:
        case dict():
            return all(map(is_portable, value.values()))
        case list():
            return all(map(is_portable, value))
        case int() | float():
            return abs(value) <= MOST_PORTABLE
        case _:
            return True


def _written(value: Any) -> bytes:
    match value:
        case dict():
            pairs = sorted(value.items(), key=lambda pair: str(pair[0]).encode("utf-16-be"))
            return b"{%b}" % b",".join(b"%b:%b" % (_plain(key), _written(of)) for key, of in pairs)
        case list():
            return b"[%b]" % b",".join(map(_written, value))
        case float():
            return _number(value).encode()
        case _:
            return _plain(value)


def _number(value: float) -> str:
    if value.is_integer():
        return str(int(value))
    if abs(value) >= FIXED_FROM:
        return format(Decimal(repr(value)), "f")
    digits, _, exponent = repr(value).partition("e")
    return f"{digits}e{int(exponent)}"
