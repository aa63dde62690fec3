"""Rows become structs by position: the database test proves that both agree in order and type."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import asyncpg
import msgspec

NATIVE = {int, str, bytes, bool, float, UUID, datetime, date, Decimal, object, Any}
"""What the driver already delivers as the type that a struct names."""

WRITTEN_AS = {
    int: "int8",
    str: "text",
    bool: "bool",
    float: "float8",
    UUID: "uuid",
    datetime: "timestamptz",
    date: "date",
    Decimal: "numeric",
}
"""The types that come out of JSON as what they were. Any other value stays JSON."""

Reader = Callable[[asyncpg.Record], Any]


def reader_of(row: Any) -> Reader:
    """How a record becomes a row of this type: a struct, or the value of the only column."""
    if isinstance(row, type) and issubclass(row, msgspec.Struct):
        hints = get_type_hints(row)
        return _struct_reader(row, [converter_of(hints[name]) for name in row.__struct_fields__])
    convert = converter_of(row)
    if convert is None:
        return lambda record: record[0]
    return lambda record: convert(record[0])


def _struct_reader(row: Any, converters: list[Callable[[Any], Any] | None]) -> Reader:
    odd = [(place, convert) for place, convert in enumerate(converters) if convert]
    if not odd:
        return lambda record: row(*record)

    def read(record: asyncpg.Record) -> Any:
        values = list(record)
        for place, convert in odd:
            values[place] = convert(values[place])
        return row(*values)

    return read


def converter_of(kind: Any) -> Callable[[Any], Any] | None:
    """How a column's value becomes this type; None where it already is."""
    plain, optional = plain_type(kind)
    if plain in NATIVE:
        return None
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        members: dict[str | None, Any] = {str(member): member for member in plain}
        return (members | {None: None}).__getitem__ if optional else members.__getitem__
    if get_origin(plain) is list and plain_type(get_args(plain)[0])[0] in NATIVE:
        return None
    return lambda value: None if value is None else msgspec.convert(value, plain)


def sql_type(kind: Any) -> str:
    """The type of PostgreSQL in which a value arrives that is sent as JSON."""
    plain, _ = plain_type(kind)
    if plain in {bytes, timedelta}:
        raise TypeError(f"{plain.__name__} is not what PostgreSQL reads in JSON")
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return "text"
    return WRITTEN_AS.get(plain, "jsonb")


def plain_type(kind: Any) -> tuple[Any, bool]:
    """The type below `NewType` and `… | None`, and whether None is allowed."""
    optional = False
    if get_origin(kind) in {Union, UnionType}:
        (kind,) = (arg for arg in get_args(kind) if arg is not NoneType)
        optional = True
    while hasattr(kind, "__supertype__"):
        kind = kind.__supertype__
    return kind, optional
