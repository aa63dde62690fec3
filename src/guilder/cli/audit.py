"""`audit`: see whether somebody has touched what was kept of who did what."""

import sys
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID

from cyclopts import App, Parameter

from guilder import identity
from guilder.db import Pool, Tx, system_transaction, transact
from guilder.identity import audit
from guilder.kernel import TenantId
from guilder.settings import read_settings

from .failures import CannotRun
from .options import AsJson, Data
from .reach import with_pool
from .say import say, say_json

BEFORE_ALL: Final = TenantId(UUID(int=0))
AT_ONCE: Final = 1_000

app = App(name="audit", help="See whether the record of who did what is whole.")


@app.command
def verify(
    *,
    tenant: Annotated[
        UUID | None,
        Parameter(name="--tenant", metavar="ID", help="Of this tenant only; else of all."),
    ] = None,
    head: Annotated[
        str | None,
        Parameter(
            name="--head",
            metavar="POSITION:HASH",
            help="A head that was kept elsewhere: its entry, and all before it, must be the same.",
        ),
    ] = None,
    json: AsJson = False,
    data: Data = None,
) -> None:
    """Follow every entry to the last. The heads that are printed are worth keeping elsewhere.

    It ends with 1 where a chain is broken, and tells the position.
    """
    kept = _kept(head, tenant)

    async def work(pool: Pool) -> list[dict[str, Any]]:
        told = []
        async for tenant_id in _wanted(pool, tenant):
            checked = await _check(pool, tenant_id, kept)
            told.append(_line(tenant_id, checked))
            if not json:
                say(_sentence(tenant_id, checked))
        return told

    told = with_pool(read_settings(data=data), work)
    if json:
        say_json(told)
    if not all(one["is_intact"] for one in told):
        sys.exit(1)


def _kept(head: str | None, tenant: UUID | None) -> audit.AuditHead | None:
    if head is None:
        return None
    if tenant is None:
        raise CannotRun("A head is one tenant's: name it with --tenant.")
    kept = audit.read_head(head)
    if kept is None:
        raise CannotRun("A head is a position and a hash: 42:9f3c….")
    return kept


async def _wanted(pool: Pool, tenant: UUID | None) -> AsyncIterator[TenantId]:
    """The tenant that was named, or one after the other."""
    if tenant is not None:
        yield TenantId(tenant)
        return
    last = BEFORE_ALL
    while True:
        async with system_transaction(pool) as tx:
            found = await audit.tenant_ids_after(tx, last=last, most=AT_ONCE)
        for last in found:
            yield last
        if len(found) < AT_ONCE:
            return


async def _check(pool: Pool, tenant_id: TenantId, kept: audit.AuditHead | None) -> audit.AuditCheck:
    async def look(tx: Tx) -> None:
        await identity.current_tenant(tx)

    await transact(pool, tenant_id, look)
    chain = audit.Chain(tenant_id, kept)
    while chain.outcome is None:
        await transact(pool, tenant_id, chain.go_on)
    return chain.outcome


def _sentence(tenant_id: TenantId, checked: audit.AuditCheck) -> str:
    whole = f"{checked.entries} entries, head {checked.head}"
    if checked.flaw is None:
        return f"{tenant_id} is intact: {whole}"
    why = audit.SENTENCES[checked.flaw]
    return f"{tenant_id} is broken at {checked.broken_at}: {why}; sound before it: {whole}"


def _line(tenant_id: TenantId, checked: audit.AuditCheck) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "is_intact": checked.is_intact,
        "entries": checked.entries,
        "head": str(checked.head),
        "broken_at": checked.broken_at,
        "flaw": checked.flaw,
    }
