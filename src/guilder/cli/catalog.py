"""`catalog`: bring a tenant's products in from CSV, and write them out."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from guilder import identity
from guilder.catalog import Imported, ImportRefused, export_listing, import_listing
from guilder.db import Pool, system_transaction, tenant_transaction, transact
from guilder.kernel import TenantId
from guilder.settings import read_settings

from .failures import CannotRun
from .operator import operator
from .options import AsJson, Data
from .reach import with_pool
from .say import say, say_json, say_table

MOST_TENANTS: int = 1000
TenantOption = Annotated[
    str, Parameter(name="--tenant", metavar="SLUG", help="The tenant's slug, or its id.")
]
Progress = Callable[[str, int, int], None]

app = App(name="catalog", help="Bring a tenant's products in from CSV, and write them out.")


@app.command(name="import")
def import_(
    file: Annotated[Path, Parameter(help="The listing; - reads it from standard input.")],
    /,
    *,
    tenant: TenantOption,
    dry_run: Annotated[bool, Parameter(help="Tell what would change, and change nothing.")] = False,
    json: AsJson = False,
    data: Data = None,
) -> None:
    """Import a listing: all of it, or nothing where a line cannot be."""
    text = _read(file)

    async def work(pool: Pool) -> Imported:
        tenant_id = await _tenant(pool, tenant)
        with _bar() as progress:
            return await transact(
                pool,
                tenant_id,
                lambda tx: import_listing(tx, text, dry_run=dry_run, progress=progress),
                actor=operator(tenant_id),
            )

    try:
        done = with_pool(read_settings(data=data), work)
    except ImportRefused as refused:
        _tell_refused(refused, json=json)
        sys.exit(1)
    if json:
        say_json(done)
    else:
        _tell_done(done)


@app.command
def export(
    file: Annotated[Path, Parameter(help="Where to write; - is standard output.")] = Path("-"),
    /,
    *,
    tenant: TenantOption,
    data: Data = None,
) -> None:
    """Export all products as CSV, just as an import reads them."""

    async def work(pool: Pool) -> None:
        tenant_id = await _tenant(pool, tenant)
        async with tenant_transaction(pool, tenant_id, operator(tenant_id)) as tx:
            if str(file) == "-":
                async for part in export_listing(tx):
                    sys.stdout.write(part)
                return
            with file.open("w", encoding="utf-8", newline="") as target:
                async for part in export_listing(tx):
                    target.write(part)

    with_pool(read_settings(data=data), work)


def _read(file: Path) -> str:
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return raw.decode()
    except UnicodeDecodeError as unreadable:
        raise CannotRun(f"{file} is not UTF-8: {unreadable}.") from unreadable


async def _tenant(pool: Pool, named: str) -> TenantId:
    async with system_transaction(pool) as tx:
        for one in await identity.all_tenants(tx, most=MOST_TENANTS):
            if named in {one.slug, str(one.id)}:
                return one.id
    raise CannotRun(f"There is no tenant {named}: `guilder tenants list` shows those there are.")


@contextmanager
def _bar() -> Iterator[Progress]:
    """A bar on standard error, where somebody looks."""
    from rich.console import Console  # noqa: PLC0415 - only an import needs it
    from rich.progress import Progress as Bars  # noqa: PLC0415

    with Bars(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task("Reading", total=None)

        def show(title: str, done: int, total: int) -> None:
            bars.update(task, description=title, completed=done, total=total)

        yield show


def _tell_refused(refused: ImportRefused, *, json: bool) -> None:
    if json:
        say_json(refused.details)
        return
    say_table(
        ["line", "sku", "reason"], [[one.line, one.sku, one.reason] for one in refused.refused]
    )
    told = f"{refused.refused_lines} of {refused.lines} lines cannot be; nothing was imported."
    print(f"guilder: {told}", file=sys.stderr)  # noqa: T201 - this is the terminal


def _tell_done(done: Imported) -> None:
    verb = "would be" if done.dry_run else "were"
    say(
        f"{done.lines} lines: {done.products_created} products and {done.variants_created} variants"
        f" {verb} made, {done.products_changed} and {done.variants_changed} changed;"
        f" {done.prices_changed} prices {verb} set, and {done.stock_changed} counts."
    )
