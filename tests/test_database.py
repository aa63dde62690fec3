"""PostgreSQL confirms what the Python says: statements, lives, and the direction of the schema."""

import tomllib
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import product
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from guilder import app
from guilder.cli.demo import past  # noqa: F401 - the demo has statements that nobody else runs
from guilder.db import STATEMENTS, Statement, plain_type
from guilder.kernel import Lifecycle
from tests.schema import OUR_SCHEMAS
from tests.specimens import plant

PACKAGES = app.PACKAGES  # importing the composition root registers every statement and life
ROOT = Path(__file__).parents[1]

DELIVERED = {
    "int2": int,
    "int4": int,
    "int8": int,
    "text": str,
    "varchar": str,
    "uuid": UUID,
    "bool": bool,
    "timestamptz": datetime,
    "date": date,
    "interval": timedelta,
    "numeric": Decimal,
    "float8": float,
    "bytea": bytes,
    "jsonb": Any,
    "void": None,
}


def variants() -> Iterator[Any]:
    """Each statement with all of its conditional lines, with none, and without each one."""
    for statement in STATEMENTS:
        every = frozenset(statement.conditions)
        for absent in dict.fromkeys(
            [frozenset(), every, *(frozenset({one}) for one in statement.conditions)]
        ):
            missing = f" without {','.join(sorted(absent))}" if absent else ""
            place = f"{statement.path.parent.name}/{statement.path.stem}"
            yield pytest.param(statement, absent, id=f"{place}.{statement.name}{missing}")


@pytest.fixture
async def connection(app_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The application's connection, within a tenant."""
    connection = await asyncpg.connect(app_url, server_settings={"search_path": "pg_catalog"})
    await connection.execute(f"begin; set local guilder.tenant = '{uuid4()}'")
    yield connection
    await connection.close()


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection, in a transaction that is rolled back."""
    connection = await asyncpg.connect(owner_url)
    await connection.execute("begin")
    yield connection
    await connection.close()


def test_there_is_something_to_prove() -> None:
    assert len(STATEMENTS) > 20
    assert Lifecycle.all


@pytest.mark.parametrize(("statement", "absent"), list(variants()))
async def test_postgres_agrees_with_the_signature(
    connection: asyncpg.Connection, statement: Statement, absent: frozenset[str]
) -> None:
    text, params = statement.text(absent)

    prepared = await connection.prepare(text)

    columns = [(column.name, column.type) for column in prepared.get_attributes()]
    assert disagreements(statement.row, columns) == []
    wanted = dict(zip(params, prepared.get_parameters(), strict=True))
    assert {
        name: (kind.name, statement.hints[name])
        for name, kind in wanted.items()
        if not agrees(kind, statement.hints[name])
    } == {}


@pytest.mark.parametrize(
    "statement", [one for one in STATEMENTS if one.conditions], ids=lambda one: one.name
)
def test_only_what_may_be_none_has_a_conditional_line(statement: Statement) -> None:
    assert [name for name in statement.conditions if not may_be_none(statement.hints[name])] == []


def disagreements(row: Any, columns: list[tuple[str, asyncpg.Type]]) -> list[Any]:
    """Where the columns are not the fields of the row, by name, order and type."""
    if row is None:
        return [column for column, kind in columns if kind.name != "void"]
    if not (isinstance(row, type) and issubclass(row, msgspec.Struct)):
        ((column, kind),) = columns
        return [] if agrees(kind, row) else [(column, kind.name, row)]
    hints = get_type_hints(row)
    if [column for column, _ in columns] != list(row.__struct_fields__):
        return [[column for column, _ in columns], list(row.__struct_fields__)]
    return [
        (column, kind.name, hints[column])
        for column, kind in columns
        if not agrees(kind, hints[column])
    ]


def agrees(kind: asyncpg.Type, hint: Any) -> bool:
    """Whether what the driver gives and takes for this type is what the hint says."""
    wanted = without_none(hint)
    if kind.kind == "array":
        element = DELIVERED[kind.name.removesuffix("[]")]
        return get_origin(wanted) is list and fits(element, without_none(get_args(wanted)[0]))
    return fits(DELIVERED[kind.name], wanted)


def fits(delivered: Any, wanted: Any) -> bool:
    if delivered is Any:
        return (
            wanted is Any
            or get_origin(wanted) in {dict, list}
            or (isinstance(wanted, type) and issubclass(wanted, msgspec.Struct))
        )
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return delivered is str
    return wanted is delivered


def without_none(hint: Any) -> Any:
    """The type below `… | None` and `NewType`."""
    if get_origin(hint) in {Union, UnionType}:
        (hint,) = (arg for arg in get_args(hint) if arg is not type(None))
    return plain_type(hint)[0]


def may_be_none(hint: Any) -> bool:
    return get_origin(hint) in {Union, UnionType} and type(None) in get_args(hint)


@pytest.mark.parametrize("life", Lifecycle.all, ids=lambda life: life.__name__)
async def test_the_guard_knows_every_arrow(
    owner: asyncpg.Connection, life: type[Lifecycle]
) -> None:
    table, _, column = life.column.rpartition(".")

    arguments = await owner.fetchval(
        "select tgargs from pg_trigger where tgrelid = $1::text::regclass and tgname = $2",
        table,
        f"guard_{column}",
    )

    drawn = [tuple(arrow.decode().split(" > ")) for arrow in arguments.split(b"\0")[:-1]]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == life.edges()
    assert {state for arrow in drawn for state in arrow} <= await states_of(owner, table, column)


@pytest.mark.parametrize("life", Lifecycle.all, ids=lambda life: life.__name__)
async def test_the_guard_lets_pass_what_is_drawn_and_nothing_else(
    owner: asyncpg.Connection, life: type[Lifecycle]
) -> None:
    table, _, column = life.column.rpartition(".")
    states = sorted(await states_of(owner, table, column))
    assert len(states) > 1

    walked = {
        (before, after)
        for before, after in product(states, states)
        if before != after and await walks(owner, life.column, before, after)
    }

    assert walked == life.edges()


async def test_every_guard_in_the_database_has_a_life(owner: asyncpg.Connection) -> None:
    guarded = await owner.fetch(
        """
        select tgrelid::regclass::text || '.' || substr(tgname, length('guard_') + 1)
        from pg_trigger
        where tgname ^@ 'guard_'
        """
    )

    assert sorted(column for (column,) in guarded) == sorted(life.column for life in Lifecycle.all)


@pytest.mark.parametrize(
    ("move", "guard"),
    [
        ("color = 'green'", "guard_bulb_color"),
        ("health = 'dead'", "guard_bulb_health"),
        ("color = 'brown', health = 'dead'", "guard_bulb_health"),
    ],
)
async def test_a_table_may_lead_two_lives(owner: asyncpg.Connection, move: str, guard: str) -> None:
    await owner.execute(
        """
        create table public.bulb (color text, health text);
        call kernel.guard('public.bulb', 'color', 'green > red', 'red > brown');
        call kernel.guard('public.bulb', 'health', 'well > ill', 'ill > well');
        insert into public.bulb values ('green', 'ill');
        update public.bulb set color = 'red', health = 'well';
        """
    )

    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await owner.execute(f"update public.bulb set {move}")

    assert refused.value.constraint_name == guard


async def states_of(owner: asyncpg.Connection, table: str, column: str) -> set[str]:
    """What the column's check lets in."""
    found = await owner.fetch(
        """
        select allowed[1] as state
        from pg_constraint
        join pg_attribute on attrelid = conrelid and conkey = array[attnum]
        cross join regexp_matches(pg_get_constraintdef(pg_constraint.oid), '''([^'']*)''', 'g')
        as allowed
        where conrelid = $1::text::regclass and contype = 'c' and attname = $2
        """,
        table,
        column,
    )
    return {row["state"] for row in found}


CHECKS_OF_ROWS = """
    select conname from pg_constraint
    where contype = 'c' and conrelid = $1::regclass and cardinality(conkey) > 1
"""


async def walks(owner: asyncpg.Connection, place: str, before: str, after: str) -> bool:
    """Try the arrow on a real row, which is brought to its beginning without the guard.

    What else a state asks of the row is another rule's matter, so it is left out here.
    """
    table, _, column = place.rpartition(".")
    await owner.execute("savepoint arrow")
    try:
        for rule in await owner.fetch(CHECKS_OF_ROWS, table):
            await owner.execute(f"alter table {table} drop constraint {rule['conname']}")
        planted = await plant(owner, uuid4(), only={table})
        row = planted.rows[table]["id"]
        await owner.execute(f"alter table {table} disable trigger guard_{column}")
        await owner.execute(f"update {table} set {column} = $1 where id = $2", before, row)
        await owner.execute(f"alter table {table} enable trigger guard_{column}")
        moved = await owner.execute(f"update {table} set {column} = $1 where id = $2", after, row)
    except asyncpg.CheckViolationError as refused:
        wanted = f"guard_{table.rpartition('.')[2]}_{column}"
        if refused.constraint_name != wanted:
            raise
        return False
    else:
        assert moved == "UPDATE 1"
        return True
    finally:
        await owner.execute("rollback to savepoint arrow")


async def test_foreign_keys_between_schemas_point_down(owner: asyncpg.Connection) -> None:
    height = layers()
    keys = await owner.fetch(
        f"""
        select conname, child.relnamespace::regnamespace::text as child,
            parent.relnamespace::regnamespace::text as parent
        from pg_constraint
        join pg_class as child on child.oid = conrelid
        join pg_class as parent on parent.oid = confrelid
        where contype = 'f' and child.relnamespace in ({OUR_SCHEMAS})
        """
    )

    assert [
        tuple(key)
        for key in keys
        if key["child"] != key["parent"] and height[key["child"]] <= height[key["parent"]]
    ] == []


async def test_a_schema_is_a_package(owner: asyncpg.Connection) -> None:
    schemas = await owner.fetch(
        f"select nspname from ({OUR_SCHEMAS}) as s join pg_namespace using (oid)"
    )

    assert {schema for (schema,) in schemas} - {"public"} <= layers().keys()


def layers() -> dict[str, int]:
    """How high each package stands, as the imports have it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (order,) = (one["layers"] for one in contracts["contracts"] if one["type"] == "layers")
    return {
        package.strip(): height
        for height, layer in enumerate(reversed(order))
        for package in layer.split("|")
    }


async def test_every_foreign_key_has_an_index(owner: asyncpg.Connection) -> None:
    bare = await owner.fetch(
        f"""
        select conrelid::regclass::text, conname
        from pg_constraint
        join pg_class as child on child.oid = conrelid
        where contype = 'f' and child.relnamespace in ({OUR_SCHEMAS})
        and not exists (
            select from pg_index
            where indrelid = conrelid and indisvalid
                and (indpred is null or pg_get_expr(indpred, indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$')
            and (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
        )
        """
    )

    assert [tuple(key) for key in bare] == []
