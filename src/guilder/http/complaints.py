"""All that is wrong with a value, not only the first thing: found once a decoder has refused it."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

import msgspec

from .limits import MAX_FIELD_ERRORS
from .problems import FieldError

MISSING = "is required"
UNKNOWN = "is not known here"


def complaints(value: Any, kind: Any, *, strict: bool = True) -> list[tuple[str, str]]:
    """Pairs of JSON pointer and sentence, for each field that does not fit the type."""
    found = _walk(value, kind, "", strict=strict)
    return [pair for _, pair in zip(range(MAX_FIELD_ERRORS), found, strict=False)]


def in_body(value: Any, kind: Any) -> list[FieldError]:
    """What is wrong with a body, each with its pointer."""
    return [FieldError(detail, pointer=pointer) for pointer, detail in complaints(value, kind)]


def in_query(value: Mapping[str, str], kind: Any) -> list[FieldError]:
    """What is wrong with the query, each with its parameter."""
    return [
        FieldError(detail, parameter=pointer.removeprefix("/"))
        for pointer, detail in complaints(value, kind, strict=False)
    ]


def _walk(value: Any, kind: Any, pointer: str, *, strict: bool) -> Iterator[tuple[str, str]]:
    if _is_struct(kind) and isinstance(value, Mapping):
        yield from _walk_struct(value, kind, pointer, strict=strict)
        return
    try:
        msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as refused:
        inner = _struct_in(kind)
        if inner and isinstance(value, Mapping):
            yield from _walk_struct(value, inner, pointer, strict=strict)
        elif get_origin(kind) is list and isinstance(value, list) and len(get_args(kind)) == 1:
            before = pointer
            any_item = False
            for place, item in enumerate(value):
                for complaint in _walk(item, get_args(kind)[0], f"{before}/{place}", strict=strict):
                    any_item = True
                    yield complaint
            if not any_item:
                yield pointer, _sentence(refused)
        else:
            yield pointer, _sentence(refused)


def _walk_struct(
    value: Mapping[str, Any], kind: Any, pointer: str, *, strict: bool
) -> Iterator[tuple[str, str]]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, field in fields.items():
        below = f"{pointer}/{_escape(name)}"
        if name in value:
            yield from _walk(value[name], field.type, below, strict=strict)
        elif field.required:
            yield below, MISSING
    for name in value.keys() - fields.keys():
        if kind.__struct_config__.forbid_unknown_fields:
            yield f"{pointer}/{_escape(name)}", UNKNOWN


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _struct_in(kind: Any) -> Any:
    """The struct of `Struct | None`, whose fields can be looked at one by one."""
    structs = [arg for arg in get_args(kind) if _is_struct(arg)]
    return structs[0] if len(structs) == 1 else None


def _sentence(refused: msgspec.ValidationError) -> str:
    return str(refused).partition(" - at ")[0]


def _escape(name: str) -> str:
    return name[:80].replace("~", "~0").replace("/", "~1")
