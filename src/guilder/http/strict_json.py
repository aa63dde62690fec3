"""JSON, more strictly than parsers read it: nothing that two readers could understand differently.

Refused are duplicate keys, what is not UTF-8, NUL characters and lone
surrogates (which PostgreSQL cannot store), depth, long lists and long numbers.
"""

import json
import re
from typing import Any, Final

from .limits import MAX_BODY_DEPTH, MAX_LIST_LENGTH, MAX_NUMBER_CHARACTERS
from .problems import MalformedBody

OPENERS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{\]}]')
LONG_NUMBER: Final = re.compile(rb"[0-9.eE+-]{%d}" % (MAX_NUMBER_CHARACTERS + 1))
STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')


class _Refused(ValueError):
    """What a hook of the parser found."""


def refuse_ambiguous(body: bytes) -> None:
    """Raise what is wrong with the body's form, whatever its type should be."""
    try:
        if body.count(b"[") + body.count(b"{") > MAX_BODY_DEPTH and _depth(body) > MAX_BODY_DEPTH:
            raise MalformedBody(detail=f"nested more than {MAX_BODY_DEPTH} deep")
        if b"\\u" in body and _holds_unstorable(body):
            raise MalformedBody(detail="a string holds a NUL character or half a surrogate pair")
        if LONG_NUMBER.search(body) and LONG_NUMBER.search(STRING.sub(b'""', body)):
            raise MalformedBody(detail=f"a number has more than {MAX_NUMBER_CHARACTERS} characters")
        json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError as wrong:
        raise MalformedBody(detail=f"not UTF-8 at byte {wrong.start}") from wrong
    except json.JSONDecodeError as wrong:
        raise MalformedBody(detail=f"{wrong.msg} at character {wrong.pos}") from wrong
    except _Refused as wrong:
        raise MalformedBody(detail=str(wrong)) from wrong


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Refused(f"the key {twice[:80]!r} stands twice in one object")
    for value in found.values():
        if type(value) is list and len(value) > MAX_LIST_LENGTH:
            raise _Refused(f"a list has more than {MAX_LIST_LENGTH} items")
    return found


def _no_constant(name: str) -> Any:
    raise _Refused(f"{name} is not JSON")


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for token in OPENERS.finditer(body):
        match body[token.start()]:
            case 0x5B | 0x7B:
                depth += 1
                deepest = max(deepest, depth)
            case 0x5D | 0x7D:
                depth -= 1
    return deepest


def _holds_unstorable(body: bytes) -> bool:
    """Whether an escape stands for what UTF-8 or PostgreSQL has no place for."""
    for quoted in STRING.findall(body):
        if b"\\u" not in quoted:
            continue
        try:
            text = json.loads(quoted.decode())
        except ValueError:
            continue  # malformed in another way, which the parser names better
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            return True
    return False
