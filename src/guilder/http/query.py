"""The query: its parameters, each given once, and what is wrong with them."""

from typing import Final
from urllib.parse import parse_qsl

from .limits import MAX_FIELD_ERRORS, MAX_QUERY_PARAMETERS
from .problems import FieldError

NUL: Final = (b"\0", b"%00")
UNREADABLE: Final = "the query is not readable as UTF-8"
TOO_MANY: Final = f"the query has more than {MAX_QUERY_PARAMETERS} parameters"

Parameters = dict[str, str]


def parameters_of(query_string: bytes) -> tuple[Parameters | None, list[FieldError]]:
    """The parameters, None where they cannot be read, and what is wrong whatever they mean."""
    if query_string.count(b"&") >= MAX_QUERY_PARAMETERS:
        return None, [FieldError(TOO_MANY)]
    try:
        pairs = _pairs(query_string.decode("ascii"))
    except ValueError:
        return None, [FieldError(UNREADABLE)]
    found = dict(pairs)
    if len(found) == len(pairs) and not any(map(query_string.count, NUL)):
        return found, []
    return found, _faults(pairs)


def _faults(pairs: list[tuple[str, str]]) -> list[FieldError]:
    """What is given twice, or holds what PostgreSQL cannot store."""
    seen: set[str] = set()
    errors: list[FieldError] = []
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            errors.append(FieldError("holds a NUL character", parameter=name[:80]))
        if name in seen:
            errors.append(FieldError("is given more than once", parameter=name[:80]))
        seen.add(name)
    return list(dict.fromkeys(errors))[:MAX_FIELD_ERRORS]


def _pairs(query: str) -> list[tuple[str, str]]:
    """The query's names and values; most of them are written with nothing to decode."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True, errors="strict")
    parts = [part.partition("=") for part in query.split("&") if part]
    return [(name, value) for name, _, value in parts]
