"""Typed statements: what the signature says is what PostgreSQL is asked, and what comes back."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum, auto
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any, NewType
from uuid import UUID, uuid4

import msgspec
import pytest

from guilder.db import STATEMENTS, NotExactlyOneRow
from guilder.db.rows import converter_of, plain_type
from tests.world import World

Draft = Callable[[str, str], ModuleType]
numbers = count()

HEAD = """
from datetime import date, datetime, timedelta
from enum import StrEnum, auto
from typing import Any, NewType
from uuid import UUID

import msgspec

from guilder.db import Tx, sql

ThingId = NewType("ThingId", UUID)


class Colour(StrEnum):
    RED = auto()
    BLUE = auto()


class Money(msgspec.Struct, frozen=True):
    amount: int
    currency: str


class Thing(msgspec.Struct, frozen=True):
    id: ThingId
    parent_id: ThingId | None
    colour: Colour
    shade: Colour | None
    price: Money
    discount: Money | None
    tags: list[str]
    notes: dict[str, Any]
    pause: timedelta
"""


@pytest.fixture
def draft(tmp_path: Path) -> Iterator[Draft]:
    """A module with its statements, imported as any other."""
    known = list(STATEMENTS)

    def write(stubs: str, statements: str) -> ModuleType:
        name = f"draft_{next(numbers)}"
        path = tmp_path / f"{name}.py"
        path.write_text(HEAD + stubs, "utf-8")
        path.with_suffix(".sql").write_text(statements, "utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    yield write
    STATEMENTS[:] = known


@pytest.mark.parametrize(
    ("stub", "statement", "says"),
    [
        ("async def one(tx: Tx, *, a: int) -> int: ...", "-- one\nselect 1;", "'a'"),
        ("async def one(tx: Tx) -> int: ...", "-- one\nselect :a::int;", "'a'"),
        (
            "async def one(tx: Tx, *, a: int) -> int: ...",
            "-- one\nselect :a::int, :b::int;",
            "'b'",
        ),
        ("async def one(tx: Tx) -> int: ...", "-- two\nselect 1;", "one"),
        ("async def one(other: Tx) -> int: ...", "-- one\nselect 1;", "'tx'"),
    ],
)
def test_what_stands_on_one_side_only_is_refused_at_import(
    draft: Draft, stub: str, statement: str, says: str
) -> None:
    with pytest.raises((TypeError, KeyError), match=says):
        draft(f"\n\n@sql\n{stub}\n", f"{statement}\n")


async def test_placeholders_are_not_casts_and_may_be_used_twice(draft: Draft, world: World) -> None:
    module = draft(
        "\n\n@sql\nasync def one(tx: Tx, *, b: int, a: int) -> int: ...\n",
        "-- one\nselect :a::int * 100 + :b::int * 10 + :a::int;\n",
    )

    assert await world.do(lambda tx: module.one(tx, a=1, b=2)) == 121


@pytest.mark.parametrize(
    ("result", "rows", "answer"),
    [
        ("int", 0, NotExactlyOneRow),
        ("int", 1, 1),
        ("int", 2, NotExactlyOneRow),
        ("int | None", 0, None),
        ("int | None", 1, 1),
        ("int | None", 2, NotExactlyOneRow),
        ("list[int]", 0, []),
        ("list[int]", 1, [1]),
        ("list[int]", 2, [1, 2]),
        ("None", 0, None),
        ("None", 2, None),
    ],
)
async def test_as_many_rows_as_were_promised(
    draft: Draft, world: World, *, result: str, rows: int, answer: Any
) -> None:
    module = draft(
        f"\n\n@sql\nasync def some(tx: Tx, *, rows: int) -> {result}: ...\n",
        "-- some\nselect n from generate_series(1, :rows) as n;\n",
    )

    if answer is NotExactlyOneRow:
        with pytest.raises(NotExactlyOneRow, match=f"some: {rows} rows"):
            await world.do(lambda tx: module.some(tx, rows=rows))
    else:
        assert await world.do(lambda tx: module.some(tx, rows=rows)) == answer


@pytest.mark.parametrize("rows", [0, 1])
async def test_an_id_that_may_be_absent(draft: Draft, world: World, rows: int) -> None:
    module = draft(
        "\n\n@sql\nasync def some(tx: Tx, *, rows: int) -> ThingId | None: ...\n",
        "-- some\nselect gen_random_uuid() from generate_series(1, :rows);\n",
    )

    found = await world.do(lambda tx: module.some(tx, rows=rows))

    assert isinstance(found, UUID) if rows else found is None


async def test_a_conditional_line_stands_only_with_its_parameter(
    draft: Draft, world: World
) -> None:
    module = draft(
        "\n\n@sql\nasync def some("
        "tx: Tx, *, least: int | None, most: int | None, times: int) -> list[int]: ...\n",
        "-- some\nselect n * :times from generate_series(1, 5) as n\nwhere true\n"
        "and n >= :least -- if :least\nand n <= :most -- if :most\norder by n;\n",
    )

    async def some(least: int | None, most: int | None) -> Any:
        return await world.do(lambda tx: module.some(tx, least=least, most=most, times=10))

    assert await some(None, None) == [10, 20, 30, 40, 50]
    assert await some(4, None) == [40, 50]
    assert await some(None, 2) == [10, 20]
    assert await some(2, 3) == [20, 30]
    assert await some(0, 0) == []
    statement = STATEMENTS[-1]
    assert statement.conditions == ("least", "most")
    assert statement.text(frozenset({"least"}))[1] == ("times", "most")
    assert "least" not in statement.text(frozenset({"least"}))[0]


async def test_columns_become_what_the_fields_say(draft: Draft, world: World) -> None:
    module = draft(
        "\n\n@sql\nasync def thing(tx: Tx, *, id: ThingId, colour: Colour, price: Money,"
        " tags: list[str], notes: dict[str, Any], pause: timedelta) -> Thing: ...\n",
        "-- thing\nselect :id::uuid as id, null::uuid as parent_id, :colour::text as colour,\n"
        "null::text as shade, :price::jsonb as price, null::jsonb as discount,\n"
        ":tags::text[] as tags, :notes::jsonb as notes, :pause::interval as pause;\n",
    )
    given = {
        "id": uuid4(),
        "colour": module.Colour.BLUE,
        "price": module.Money(5, "EUR"),
        "tags": ["a", "b"],
        "notes": {"deep": [1, {"er": None}], "ß": "€"},
        "pause": module.timedelta(minutes=3),
    }

    found = await world.do(lambda tx: module.thing(tx, **given))

    assert found == module.Thing(parent_id=None, shade=None, discount=None, **given)
    assert type(found.colour) is module.Colour
    assert type(found.price) is module.Money


async def test_a_value_that_the_type_does_not_know_is_a_bug(draft: Draft, world: World) -> None:
    module = draft(
        "\n\n@sql\nasync def colour(tx: Tx) -> Colour: ...\n",
        "-- colour\nselect 'green';\n",
    )

    with pytest.raises(KeyError, match="green"):
        await world.do(module.colour)


class Size(StrEnum):
    SMALL = auto()


class Label(msgspec.Struct):
    text: str


LabelId = NewType("LabelId", UUID)


@pytest.mark.parametrize(
    ("kind", "value", "converted"),
    [
        (Size, "small", Size.SMALL),
        (Size | None, None, None),
        (Size | None, "small", Size.SMALL),
        (list[Size], ["small"], [Size.SMALL]),
        (Label, {"text": "a"}, Label("a")),
        (Label | None, None, None),
        (list[Label], [{"text": "a"}], [Label("a")]),
        (dict[str, int], {"a": 1}, {"a": 1}),
    ],
)
def test_how_a_value_is_converted(kind: Any, value: Any, converted: Any) -> None:
    convert = converter_of(kind)

    assert convert is not None
    assert convert(value) == converted


@pytest.mark.parametrize(
    "kind",
    [int, str, bytes, UUID, LabelId, LabelId | None, int | None, list[str], list[LabelId], Any],
)
def test_what_the_driver_delivers_is_not_touched(kind: Any) -> None:
    assert converter_of(kind) is None


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (int, (int, False)),
        (int | None, (int, True)),
        (LabelId, (UUID, False)),
        (LabelId | None, (UUID, True)),
        (Label | None, (Label, True)),
    ],
)
def test_the_plain_type(kind: Any, plain: tuple[Any, bool]) -> None:
    assert plain_type(kind) == plain


WRITTEN = """

class Parcel(msgspec.Struct, frozen=True):
    id: ThingId
    parent_id: ThingId | None
    colour: Colour
    price: Money
    notes: dict[str, Any]
    weight: Decimal
    position: int
    is_sent: bool
    sent_at: datetime | None


@sql
async def written(tx: Tx, *, parcels: list[Parcel]) -> list[Parcel]: ...
"""


async def test_rows_to_write_travel_as_one_value_and_arrive_as_they_were(
    draft: Draft, world: World
) -> None:
    module = draft(
        WRITTEN.replace("class Parcel", "from decimal import Decimal\n\n\nclass Parcel"),
        "-- written\nselect :fields_of_parcels\n"
        "from jsonb_to_recordset(:parcels) as new (:record_of_parcels);\n",
    )
    ours = {"colour": module.Colour.RED, "price": module.Money(5, "EUR"), "is_sent": True}
    now = datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=UTC)
    parcels = [
        module.Parcel(
            id=uuid4(), parent_id=None, notes={"ß": [None]}, weight=Decimal("0.10"),
            position=2**63 - 1, sent_at=now, **ours,
        ),
        module.Parcel(
            id=uuid4(), parent_id=uuid4(), notes={}, weight=Decimal("1E-12"),
            position=-1, sent_at=None, **ours,
        ),
    ]  # fmt: skip

    assert await world.do(lambda tx: module.written(tx, parcels=parcels)) == parcels
    assert await world.do(lambda tx: module.written(tx, parcels=[])) == []


def test_what_json_would_make_something_else_of_is_no_row_to_write(draft: Draft) -> None:
    with pytest.raises(TypeError, match="timedelta"):
        draft(
            "\n\n@sql\nasync def written(tx: Tx, *, things: list[Thing]) -> None: ...\n",
            "-- written\nselect from jsonb_to_recordset(:things) as new (:record_of_things);\n",
        )
