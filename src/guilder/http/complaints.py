"""All that is wrong with a value, not only the first thing: found once a decoder has refused it."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import msgspec
from msgspec import UnsetType

from .limits import INT64, MAX_FIELD_ERRORS
from .problems import FieldError

MISSING: Final = "is required"
UNKNOWN: Final = "is not known here"
WHOLE: Final = re.compile(r"-?[0-9]+")

Part = tuple[Any, Any, str]
"""A value within a value, the type it should have, and its pointer."""


def in_body(value: Any, kind: Any) -> list[FieldError]:
    """What is wrong with a body, each with its pointer."""
    found = zip(range(MAX_FIELD_ERRORS), _walk(value, kind, ""), strict=False)
    return [FieldError(detail, pointer=pointer) for _, (pointer, detail) in found]


def in_query(sent: Mapping[str, str], kind: Any) -> list[FieldError]:
    """What is wrong with the query, each with its parameter."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    errors = [
        FieldError(MISSING, parameter=name)
        for name, field in fields.items()
        if field.required and name not in sent
    ]
    for name, text in sent.items():
        if name not in fields:
            errors.append(FieldError(UNKNOWN, parameter=name[:80]))
            continue
        try:
            value = msgspec.convert(text, fields[name].type, strict=False)
            detail = misread(text, value)
        except msgspec.ValidationError as refused:
            detail = _sentence(refused)
        if detail:
            errors.append(FieldError(detail, parameter=name))
    return errors[:MAX_FIELD_ERRORS]


def misread(text: str, value: Any) -> str | None:
    """What is wrong with a text that the decoder took for a value more kindly than we do."""
    match value:
        case bool() | str():
            wrong = None
        case int():
            wrong = _not_whole(text, value)
        case float():
            wrong = None if math.isfinite(value) else "Expected a finite number"
        case datetime():
            wrong = _beyond_time(value) if "-" in text[1:] else "Expected a time as RFC 3339 has it"
        case None:
            wrong = "Expected a value, got `null`"
        case _:
            wrong = None
    return wrong


def _not_whole(text: str, value: int) -> str | None:
    if not WHOLE.fullmatch(text):
        return "Expected `int`, got `str`"
    return None if value in INT64 else "does not fit into 64 bits"


def times_beyond(body: Any) -> list[FieldError]:
    """Times that exist in their own zone and not in UTC: on the first and last day of all."""
    plain = msgspec.to_builtins(body, builtin_types=(datetime,))
    return [
        FieldError(detail, pointer=pointer)
        for value, pointer in _leaves(plain, "")
        if isinstance(value, datetime) and (detail := _beyond_time(value))
    ]


def _beyond_time(value: datetime) -> str | None:
    try:
        if value.tzinfo:
            value.astimezone(UTC)
    except OverflowError:
        return "lies outside the years 1 to 9999"
    return None


def _leaves(value: Any, pointer: str) -> Iterator[tuple[Any, str]]:
    match value:
        case dict():
            for name, one in value.items():
                yield from _leaves(one, f"{pointer}/{escape(str(name))}")
        case list():
            for place, one in enumerate(value):
                yield from _leaves(one, f"{pointer}/{place}")
        case _:
            yield value, pointer


def _walk(value: Any, kind: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Pairs of pointer and sentence, the innermost that can be told."""
    try:
        msgspec.convert(value, kind, str_keys=True)
    except msgspec.ValidationError as refused:
        inside = False
        bare = _bare(kind)
        if _is_struct(bare) and isinstance(value, Mapping):
            for complaint in _names(value, bare, pointer):
                inside = True
                yield complaint
        for part in _parts(value, bare, pointer):
            for complaint in _walk(*part):
                inside = True
                yield complaint
        if not inside:
            yield pointer, _sentence(refused)


def _parts(value: Any, kind: Any, pointer: str) -> Iterator[Part]:
    """What a value consists of, as far as its type says."""
    if _is_struct(kind) and isinstance(value, Mapping):
        for field in msgspec.structs.fields(kind):
            name = field.encode_name
            if name in value:
                yield value[name], field.type, f"{pointer}/{escape(name)}"
    elif get_origin(kind) is list and isinstance(value, list):
        for place, item in enumerate(value):
            yield item, get_args(kind)[0], f"{pointer}/{place}"
    elif get_origin(kind) is dict and isinstance(value, Mapping):
        for name, item in value.items():
            yield item, get_args(kind)[1], f"{pointer}/{escape(name)}"


def _names(value: Mapping[str, Any], kind: Any, pointer: str) -> Iterator[tuple[str, str]]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, field in fields.items():
        if field.required and name not in value:
            yield f"{pointer}/{escape(name)}", MISSING
    if kind.__struct_config__.forbid_unknown_fields:
        for name in value:
            if name not in fields and name != kind.__struct_config__.tag_field:
                yield f"{pointer}/{escape(name)}", UNKNOWN


def _bare(kind: Any) -> Any:
    """The type without its annotations, and the one type that may also be null or left out."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in {Union, UnionType} and len(given := _given(kind)) == 1:
            (kind,) = given
        else:
            return kind


def _given(kind: Any) -> list[Any]:
    return [one for one in get_args(kind) if one is not NoneType and one is not UnsetType]


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _sentence(refused: msgspec.ValidationError) -> str:
    return str(refused).partition(" - at ")[0]


def escape(name: str) -> str:
    """A name as a pointer has it, cut where it is longer than any honest one."""
    return name[:80].replace("~", "~0").replace("/", "~1")
