"""Typed statements: the signature is Python, the body is SQL.

`@sql` on a stub finds the statement of the same name in the `.sql` file beside
the Python file. The parameters are the stub's, the rows are its return type:
`Row` is exactly one, `Row | None` at most one, `list[Row]` any number, `None` none.
A test describes every statement against PostgreSQL, so the two cannot drift.

`:columns_of_payment` stands for the fields of the row's type, as columns of that table: so a
long row is written down once, in Python, and statements cannot differ about it.

Rows to write go the same way: a parameter `payments: list[Payment]` is one JSON value. As
`insert into … (:fields_of_payments) select new.* from jsonb_to_recordset(:payments) as new
(:record_of_payments)` it is rows again, in the types that PostgreSQL has for those of the struct.

A line that ends in `-- if :name` stands only where that parameter is not None.
So a list with optional filters is a handful of fixed texts, each with a plan of
its own, and no text is ever built from a value.
"""

import functools
import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Any,
    Concatenate,
    ParamSpec,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import asyncpg

from .rows import reader_of, sql_type
from .tx import Tx

NAME = re.compile(r"^-- (\w+)\n", re.MULTILINE)
PLACEHOLDER = re.compile(r"(?<![:\w]):([a-z]\w*)")
CONDITION = re.compile(r"^.*-- if :(\w+)$", re.MULTILINE)
COLUMNS = re.compile(r":columns_of_(\w+)")
WRITTEN = re.compile(r":(fields|record)_of_(\w+)")
STATEMENTS: list["Statement"] = []

P = ParamSpec("P")
R = TypeVar("R")


class NotExactlyOneRow(LookupError):
    """A statement that promises one row found none or several."""


class Statement:
    """One statement of one `.sql` file, with a text for each set of parameters given."""

    def __init__(self, path: Path, name: str, *, body: str, stub: Callable[..., Any]) -> None:
        self.path = path
        self.name = name
        hints = get_type_hints(stub)
        self.result = hints.pop("return")
        written = functools.partial(_written, hints)
        self.body = WRITTEN.sub(written, COLUMNS.sub(self._columns, body))
        self.params = tuple(dict.fromkeys(PLACEHOLDER.findall(self.body)))
        self.conditions = tuple(dict.fromkeys(CONDITION.findall(self.body)))
        self.hints = {name: hints[name] for name in self.params}
        self.read = reader_of(self.row) if self.row else None
        self._texts: dict[frozenset[str], tuple[str, tuple[str, ...]]] = {}

    @property
    def is_list(self) -> bool:
        return get_origin(self.result) is list

    @property
    def may_be_absent(self) -> bool:
        return get_origin(self.result) in {Union, UnionType}

    def _columns(self, place: re.Match[str]) -> str:
        return ", ".join(f"{place[1]}.{field}" for field in self.row.__struct_fields__)

    @property
    def row(self) -> Any:
        """The row's type, without the `list[…]` or `… | None` around it."""
        if not (self.is_list or self.may_be_absent):
            return None if self.result is NoneType else self.result
        (inner,) = (arg for arg in get_args(self.result) if arg is not NoneType)
        return inner

    def text(self, absent: frozenset[str] = frozenset()) -> tuple[str, tuple[str, ...]]:
        """The text without the lines of absent parameters, and the order of those it keeps."""
        found = self._texts.get(absent)
        if found is None:
            kept = CONDITION.sub(lambda line: "" if line[1] in absent else line[0], self.body)
            params = tuple(dict.fromkeys(PLACEHOLDER.findall(kept)))
            text = PLACEHOLDER.sub(lambda match: f"${params.index(match[1]) + 1}", kept)
            found = self._texts[absent] = (text, params)
        return found

    async def run(self, tx: Tx, given: dict[str, Any]) -> Any:
        absent = frozenset(name for name in self.conditions if given[name] is None)
        text, params = self.text(absent)
        rows = await tx.fetch(text, *[given[name] for name in params])
        return self._shape(rows)

    def _shape(self, rows: Sequence[asyncpg.Record]) -> Any:
        read = self.read
        if read is None:
            return None
        if self.is_list:
            return [read(row) for row in rows]
        if len(rows) == 1:
            return read(rows[0])
        if not rows and self.may_be_absent:
            return None
        raise NotExactlyOneRow(f"{self.path.name}, {self.name}: {len(rows)} rows")


def _written(hints: dict[str, Any], place: re.Match[str]) -> str:
    """The fields of the rows that a parameter brings, or the record that they are read as."""
    (row,) = get_args(hints[place[2]])
    types = get_type_hints(row)
    return ", ".join(
        f'"{field}"' if place[1] == "fields" else f'"{field}" {sql_type(types[field])}'
        for field in row.__struct_fields__
    )


@functools.cache
def statements_in(path: Path) -> dict[str, str]:
    """Split a file at its `-- name` lines; what follows a name is comment and SQL."""
    _, *parts = NAME.split(path.read_text("utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def sql(
    stub: Callable[Concatenate[Tx, P], Awaitable[R]],
) -> Callable[Concatenate[Tx, P], Awaitable[R]]:
    """Give the stub its body: the statement that carries its name."""
    path = Path(inspect.getfile(stub)).with_suffix(".sql")
    body = statements_in(path)[stub.__name__]
    statement = Statement(path, stub.__name__, body=body, stub=stub)
    if mismatch := {"tx", *statement.params} ^ set(inspect.signature(stub).parameters):
        raise TypeError(f"{path.name}, {stub.__name__}: {mismatch} on one side only")
    STATEMENTS.append(statement)

    @functools.wraps(stub)
    async def run(tx: Tx, /, *_: P.args, **given: P.kwargs) -> R:
        return cast("R", await statement.run(tx, given))

    return run
