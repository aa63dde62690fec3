"""Rows to race for: counters of a tenant, kept where the application may write."""

from guilder.db import Tx


async def put(tx: Tx, name: str, value: int = 0) -> None:
    """Begin a counter."""
    await tx.fetch(
        "insert into events.cursor (tenant_id, consumer, position) values ($1, $2, $3)",
        tx.tenant_id,
        name,
        value,
    )


async def add(tx: Tx, name: str, amount: int = 1) -> None:
    """Take a counter further, and hold it until the end."""
    await tx.fetch(
        "update events.cursor set position = position + $3 where tenant_id = $1 and consumer = $2",
        tx.tenant_id,
        name,
        amount,
    )


async def value_of(tx: Tx, name: str) -> int | None:
    """Where a counter stands; None where there is none."""
    rows = await tx.fetch(
        "select position from events.cursor where tenant_id = $1 and consumer = $2",
        tx.tenant_id,
        name,
    )
    return rows[0][0] if rows else None
