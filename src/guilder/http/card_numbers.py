"""Card numbers are refused, wherever in a request they stand, before anything else reads it.

What is refused is never repeated: not in the answer, not in a pointer, not in the log.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from guilder.kernel import Problem

from .limits import MAX_FIELD_ERRORS
from .problems import FieldError, MalformedBody
from .query import parameters_of
from .request import Request
from .wire.card_number import may_stand_in, places_in, stands_in, stands_in_bytes
from .wire.strict_json import parse

FOUND: Final = "holds a card number"
HEADERS: Final = (b"idempotency-key", b"last-event-id", b"guilder-version")
"""Those whose value goes further than the door."""


class CardNumberRefused(Problem, status=422):
    """The request holds a card number. Send the gateway's token for the card instead."""

    errors: list[FieldError]


def refuse_in_head(request: Request, names: Iterable[str], values: tuple[str, ...]) -> None:
    """Refuse a card number in the path, the query, or a header that is read."""
    sent = [value for name in HEADERS if (value := request.headers.get(name)) is not None]
    head = b"\n".join((request.path.encode("latin-1"), request.query_string, *sent))
    if not _is_suspect(head):
        return
    errors = [
        FieldError(FOUND, parameter=name)
        for name, value in zip(names, values, strict=True)
        if stands_in(value)
    ]
    errors += _in_query(request.query_string)
    errors += [
        FieldError(FOUND, header=name.decode())
        for name in HEADERS
        if stands_in(request.header(name) or "")
    ]
    if errors:
        raise CardNumberRefused(errors=errors)


def read_body(body: bytes) -> Any:
    """The value of a JSON body without a card number in it."""
    try:
        value = parse(body)
    except MalformedBody:
        if _is_suspect(body) and stands_in_bytes(body):
            raise CardNumberRefused(errors=[FieldError(FOUND, pointer="")]) from None
        raise
    if may_stand_in(body):
        found = zip(range(MAX_FIELD_ERRORS), dict.fromkeys(places_in(value)), strict=False)
        if errors := [FieldError(FOUND, pointer=pointer) for _, pointer in found]:
            raise CardNumberRefused(errors=errors)
    return value


def refuse_in_bytes(body: bytes) -> None:
    """Refuse a card number in a body of any type, which is kept as it comes."""
    if _is_suspect(body):
        with suppress(MalformedBody):
            read_body(body)


def _is_suspect(raw: bytes) -> bool:
    return b"%" in raw or may_stand_in(raw)


def _in_query(query_string: bytes) -> list[FieldError]:
    """The parameters with one, by their names unless it stands in the name."""
    sent, _ = parameters_of(query_string)
    if sent is None or len(sent) <= query_string.count(b"&"):
        return [FieldError(FOUND)] if stands_in_bytes(query_string) else []
    return [
        FieldError(FOUND) if stands_in(name) else FieldError(FOUND, parameter=name[:80])
        for name, value in sent.items()
        if stands_in(name) or stands_in(value)
    ][:MAX_FIELD_ERRORS]
