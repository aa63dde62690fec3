"""JSON, more strictly than parsers read it: nothing that two readers could understand differently.

Refused are duplicate keys, what is not UTF-8, NUL characters and lone
surrogates (which PostgreSQL cannot store), numbers that no column holds, depth,
long lists and long objects. Each step takes time in proportion to the body.

Most bodies are plain: written again they come out the same, so nothing in them
has a second reading, and a look at the others finds out what it is.
"""

import json
import re
from typing import Any, Final

import msgspec

from guilder.http.limits import (
    INT64,
    MAX_BODY_DEPTH,
    MAX_LIST_LENGTH,
    MAX_NUMBER_CHARACTERS,
    MAX_OBJECT_KEYS,
)
from guilder.http.problems import MalformedBody

MOST_COMMAS: Final = min(MAX_LIST_LENGTH, MAX_OBJECT_KEYS) - 1
"""A body with no more of them holds no list and no object that is too long."""

LONG_NUMBER: Final = re.compile(rb"[0-9]{19}")
"""Any integer beyond 64 bits has so many digits."""

UNSURE: Final = object()

BYTE_ORDER_MARK: Final = "\ufeff"
TOO_DEEP: Final = f"nested more than {MAX_BODY_DEPTH} deep"
INFINITIES: Final = frozenset({float("inf"), float("-inf")})


class _Refused(ValueError):
    """What was found wrong, in words."""


def parse(body: bytes) -> Any:
    """The body's value, or what is wrong with its form, whatever its type should be."""
    try:
        text = body.decode()
        is_flat = _is_flat(body)
        value = _plain_value(body) if is_flat else UNSURE
        if value is UNSURE:
            value = _value_of(text)
            if not is_flat:
                _look_through(value)
    except UnicodeDecodeError as wrong:
        raise MalformedBody(detail=f"not UTF-8 at byte {wrong.start}") from wrong
    except json.JSONDecodeError as wrong:
        raise MalformedBody(detail=f"{wrong.msg} at character {wrong.pos}") from wrong
    except RecursionError as wrong:
        raise MalformedBody(detail=TOO_DEEP) from wrong
    except _Refused as wrong:
        raise MalformedBody(detail=str(wrong)) from wrong
    return value


def _is_flat(body: bytes) -> bool:
    """Whether a body has too few brackets, commas and escapes to be deep, long or unstorable."""
    return (
        body.count(b"[") + body.count(b"{") <= MAX_BODY_DEPTH
        and body.count(b",") <= MOST_COMMAS
        and b"\\u" not in body
    )


def _plain_value(body: bytes) -> Any:
    """The value of a body that comes out the same when it is written again."""
    if LONG_NUMBER.search(body):
        return UNSURE
    try:
        value = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return UNSURE
    is_the_same = msgspec.json.encode(value) == msgspec.json.format(body, indent=-1)
    return value if is_the_same else UNSURE


def _value_of(text: str) -> Any:
    if text.startswith(BYTE_ORDER_MARK):
        raise _Refused("it begins with a byte order mark")
    return _read(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused(f"the key {twice[:80]!a} stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise _Refused(f"{name} is not JSON")


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_CHARACTERS:
        raise _Refused(f"a number has more than {MAX_NUMBER_CHARACTERS} characters")
    number = int(text)
    if number not in INT64:
        raise _Refused("an integer does not fit into 64 bits")
    return number


def _float(text: str) -> float:
    if len(text) > MAX_NUMBER_CHARACTERS:
        raise _Refused(f"a number has more than {MAX_NUMBER_CHARACTERS} characters")
    number = float(text)
    if number in INFINITIES:
        raise _Refused("a number is larger than a double can hold")
    return number


_read: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_no_constant,
    parse_int=_integer,
    parse_float=_float,
).decode


def _look_through(value: Any) -> None:
    """Look at every value, level by level."""
    level, depth = [value], 0
    while level:
        below: list[Any] = []
        is_nested = False
        for one in level:
            match one:
                case str():
                    _refuse_unstorable(one)
                case dict():
                    is_nested = True
                    if len(one) > MAX_OBJECT_KEYS:
                        raise _Refused(f"an object has more than {MAX_OBJECT_KEYS} keys")
                    below += one
                    below += one.values()
                case list():
                    is_nested = True
                    if len(one) > MAX_LIST_LENGTH:
                        raise _Refused(f"a list has more than {MAX_LIST_LENGTH} items")
                    below += one
        depth += is_nested
        if depth > MAX_BODY_DEPTH:
            raise _Refused(TOO_DEEP)
        level = below


def _refuse_unstorable(text: str) -> None:
    if "\0" in text:
        raise _Refused("a string holds a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as half:
            raise _Refused("a string holds half a surrogate pair") from half
