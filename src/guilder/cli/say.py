"""What commands print: results to standard output, progress to standard error."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec


def say(text: str) -> None:
    """Print a result."""
    print(text, flush=True)  # noqa: T201 - this is the terminal


def progress(text: str) -> None:
    """Print what takes a moment."""
    print(f"{text} …", file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal


def say_json(value: Any) -> None:
    """Print a result for programs."""
    say(msgspec.json.encode(value).decode())


def say_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows for people; where nobody looks, with tabs between, and nothing cut off."""
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join("" if cell is None else str(cell) for cell in row))
        return
    from rich.console import Console  # noqa: PLC0415 - only tables need it
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, no_wrap=place == 0, min_width=36 if place == 0 else None)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)
