"""The outbox: facts leave a transaction together with its rows, or not at all."""

from typing import Any
from uuid import UUID

from guilder.db import Tx, sql

TOPIC = "outbox"


async def write_facts(tx: Tx) -> None:
    """Write all that the transaction emitted, in one statement, just before its commit."""
    if not tx.facts:
        return
    await insert_facts(
        tx,
        types=[fact.name for fact in tx.facts],
        versions=[fact.version for fact in tx.facts],
        object_ids=[fact.object_id for fact in tx.facts],
        data=[fact.data for fact in tx.facts],
        actor=str(tx.actor or ""),
    )
    tx.signal(TOPIC)


@sql
async def insert_facts(
    tx: Tx,
    *,
    types: list[str],
    versions: list[int],
    object_ids: list[UUID],
    data: list[Any],
    actor: str,
) -> None: ...
