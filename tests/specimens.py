"""Specimens: a row of every table for a tenant, made from what the catalog says of the table.

What the types and checks do not tell stands in HINTS. A new table for which that
is not enough fails with its name, and wants a hint here.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from tests.schema import TABLES

FAR = datetime(2099, 1, 1, tzinfo=UTC)

BY_TYPE: dict[str, Callable[[str, str], Any]] = {
    "uuid": lambda _, __: uuid4(),
    "text": lambda column, mark: f"{column} {mark}",
    "text[]": lambda column, mark: [f"{column} {mark}"],
    "uuid[]": lambda _, __: [uuid4()],
    "bytea": lambda _, __: uuid4().bytes + uuid4().bytes,
    "smallint": lambda _, __: 1,
    "integer": lambda _, __: 1,
    "bigint": lambda _, __: 1,
    "numeric(38,0)": lambda _, __: Decimal(1),
    "numeric(28,12)": lambda _, __: Decimal(1),
    "numeric": lambda _, __: Decimal(1),
    "double precision": lambda _, __: 1.0,
    "boolean": lambda _, __: True,
    "date": lambda _, __: date(2020, 1, 2),
    "timestamp with time zone": lambda _, __: datetime(2020, 1, 2, tzinfo=UTC),
    "interval": lambda _, __: timedelta(hours=1),
    "jsonb": lambda column, mark: f'{{"{column}": "{mark}"}}',
}

HINTS: dict[str, Callable[[str], Any]] = {
    "catalog.price.currency": lambda _: "EUR",
    "catalog.product.currency": lambda _: "EUR",
    "checkout.cart.currency": lambda _: "EUR",
    "checkout.fulfilment.lines": lambda _: "[]",
    "checkout.order_line.taxes": lambda _: "[]",
    "checkout.order_return.lines": lambda _: "[]",
    "checkout.order_return.ended_at": lambda _: FAR,
    "checkout.order_return.ended_by": lambda mark: mark,
    "checkout.order_return.is_restocked": lambda _: True,
    "checkout.order_return.status": lambda _: "received",
    "checkout.placed_order.currency": lambda _: "EUR",
    "checkout.placed_order.discounts": lambda _: "[]",
    "checkout.placed_order.taxes": lambda _: "[]",
    "checkout.promotion.percentage": lambda _: Decimal(10),
    "checkout.refund.currency": lambda _: "EUR",
    "checkout.refund.lines": lambda _: "[]",
    "checkout.session.currency": lambda _: "EUR",
    "checkout.session.expires_at": lambda _: FAR,
    "checkout.session.snapshot_hash": lambda _: uuid4().hex * 2,
    "checkout.shipping_option.currency": lambda _: "EUR",
    "checkout.tax_rate.country": lambda _: "NL",
    "checkout.tax_rate.percentage": lambda _: Decimal(21),
    "customers.address.country": lambda _: "NL",
    "events.event.type": lambda _: "specimen.planted",
    "events.outbox.type": lambda _: "specimen.planted",
    "http.answer.body": lambda mark: mark.encode(),
    "http.answer.status": lambda _: 200,
    "http.call_count.minute": lambda _: FAR,
    "ledger.entry.source_kind": lambda _: "customer",
    "ledger.entry.target_kind": lambda _: "gateway",
    "ledger.entry.unit": lambda _: "EUR",
    "ledger.hold.source_kind": lambda _: "customer",
    "ledger.hold.target_kind": lambda _: "gateway",
    "ledger.hold.unit": lambda _: "EUR",
    "payments.dispute.currency": lambda _: "EUR",
    "payments.payment.currency": lambda _: "EUR",
    "payments.reconciliation.until": lambda _: FAR,
    "payments.sandbox_dispute.currency": lambda _: "EUR",
    "payments.sandbox_movement.currency": lambda _: "EUR",
    "payments.transaction.currency": lambda _: "EUR",
    "payments.routing.rules": lambda _: "[]",
    "identity.api_key.hint": lambda mark: mark[:4],
    "identity.audit_entry.action": lambda _: "specimen.planted",
    "identity.audit_entry.object_type": lambda _: "specimen",
    "identity.identity_provider.issuer": lambda mark: f"https://{mark}.example",
    "identity.identity_provider.name": lambda mark: mark,
    "identity.invitation.email": lambda mark: f"{mark}@specimen.example",
    "identity.invitation.expires_at": lambda _: FAR,
    "identity.role_permission.permission": lambda _: "products:read",
    "identity.session.expires_at": lambda _: FAR,
    "identity.ticket.email": lambda mark: f"{mark}@specimen.example",
    "identity.ticket.expires_at": lambda _: FAR,
    "identity.user_account.email": lambda mark: f"{mark}@specimen.example",
    "identity.tenant.slug": lambda mark: f"shop-{mark}",
    "jobs.job.lease_until": lambda _: FAR,
    "jobs.job.run_at": lambda _: FAR,
    "jobs.job.status": lambda _: "running",
}
"""What a column wants to hear, by `schema.table.column`."""

COLUMNS = """
    select
        attname as name,
        format_type(atttypid, atttypmod) as type,
        attnotnull and not atthasdef and attidentity = '' and attgenerated = '' as must_be_given,
        (
            select min((regexp_match(pg_get_constraintdef(oid), 'ARRAY\\[''([^'']*)'''))[1])
            from pg_constraint
            where contype = 'c' and conrelid = attrelid and conkey = array[attnum]
        ) as first_choice
    from pg_attribute
    where attrelid = $1::oid and attnum > 0 and not attisdropped
    order by attnum
"""

REFERENCES = """
    select
        confrelid as parent,
        array(
            select (child.attname, target.attname)
            from unnest(conkey, confkey) as pair (mine, theirs)
            join pg_attribute as child on child.attrelid = conrelid and child.attnum = pair.mine
            join pg_attribute as target
                on target.attrelid = confrelid and target.attnum = pair.theirs
        ) as pairs
    from pg_constraint
    where contype = 'f' and conrelid = $1::oid and confrelid <> conrelid and conparentid = 0
    and conname <> 'tenant_owner'
"""


Shape = tuple[list[asyncpg.Record], list[asyncpg.Record]]
SHAPES: dict[int, Shape] = {}
"""What the catalog says of each table, its references and its columns: they stay as they are."""


@dataclass(frozen=True)
class Specimens:
    """What was planted for one tenant, by table."""

    tenant_id: UUID
    rows: dict[str, asyncpg.Record] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)

    def shown_in(self, text: str) -> list[str]:
        """What of this tenant can be read in a text."""
        return [mark for mark in (*self.marks, str(self.tenant_id)) if mark in text]


async def plant(
    owner: asyncpg.Connection, tenant_id: UUID, *, only: Collection[str] | None = None
) -> Specimens:
    """Write a row of the tenant into every table, parents first; or into some and their parents."""
    planted = Specimens(tenant_id)
    known = {row["oid"]: row for row in await owner.fetch(TABLES) if row["tenant_column"]}
    for oid, table in known.items():
        if only is None or table["name"] in only:
            await _plant_one(owner, oid, known, planted)
    return planted


async def _plant_one(
    owner: asyncpg.Connection, oid: int, known: dict[int, asyncpg.Record], planted: Specimens
) -> None:
    table, tenant_column = known[oid]["name"], known[oid]["tenant_column"]
    if table in planted.rows:
        return
    if oid not in SHAPES:
        SHAPES[oid] = (await owner.fetch(REFERENCES, oid), await owner.fetch(COLUMNS, oid))
    references, columns = SHAPES[oid]
    values: dict[str, Any] = {}
    for reference in references:
        if reference["parent"] in known:
            await _plant_one(owner, reference["parent"], known, planted)
            parent = planted.rows[known[reference["parent"]]["name"]]
            values |= {child: parent[target] for child, target in reference["pairs"]}
    values[tenant_column] = planted.tenant_id
    mark = uuid4().hex[:12]
    for column in columns:
        if column["name"] not in values and (
            column["must_be_given"] or f"{table}.{column['name']}" in HINTS
        ):
            values[column["name"]] = _value(table, column, mark)
    planted.rows[table] = row = await _insert(owner, table, values)
    planted.marks.add(mark)
    planted.marks.update(rendered(value) for value in row if isinstance(value, UUID | bytes))


def _value(table: str, column: asyncpg.Record, mark: str) -> Any:
    if hint := HINTS.get(f"{table}.{column['name']}"):
        return hint(mark)
    if column["first_choice"] is not None:
        return column["first_choice"]
    if column["type"] not in BY_TYPE:
        raise AssertionError(
            f"{table}.{column['name']} is {column['type']}: give it a hint in {__name__}"
        )
    return BY_TYPE[column["type"]](column["name"], mark)


async def _insert(owner: asyncpg.Connection, table: str, values: dict[str, Any]) -> asyncpg.Record:
    columns = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    try:
        row = await owner.fetchrow(
            f"insert into {table} ({columns}) values ({places}) returning *", *values.values()
        )
    except asyncpg.IntegrityConstraintViolationError as refused:
        raise AssertionError(
            f"{table} refuses {values}: {refused}. Give it a hint in {__name__}."
        ) from refused
    assert row is not None
    return row


def rendered(value: Any) -> str:
    """A value as one would recognise it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, asyncpg.Record | list | tuple):
        return " ".join(map(rendered, value))
    return str(value)
