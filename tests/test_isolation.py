"""No statement run for one tenant reads or writes another tenant's row.

Every table of the catalog is attacked, so one that is added later is too. The
attacker is the application's own role in the transaction of another tenant, and
may run any SQL there, which no caller of the application can. So this is known
and accepted: it could name another tenant by itself, as the application does
(`test_what_separates_tenants_is_the_name_in_the_transaction` says so); it sees
how many rows a table has in all (`pg_class.reltuples`), and which slugs and
domains are taken; and it may take locks.
"""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from guilder.db import CommitRefused, Pool, open_pool, tenant_transaction
from guilder.kernel import Problem, TenantId
from tests.attacks import ATTACKS, EQUAL, FORBIDDEN, HARMLESS, UPSERT
from tests.schema import tables, tenant_tables
from tests.specimens import Specimens, plant, rendered

MOVING_ON = {"events.outbox"}
"""Rows that a relay, which another test runs, may carry away meanwhile."""

RELAYED = {"events.event", "events.feed", "events.cursor", "identity.daily_usage"}
"""Where that relay leaves what it carried: rows come and are renewed, and none goes."""

NOBODY = (
    asyncpg.UndefinedObjectError,
    asyncpg.InvalidTextRepresentationError,
    asyncpg.InsufficientPrivilegeError,
)
"""How PostgreSQL says that no tenant is named, or that nobody may do this anyway."""

TELLING = {"identity.tenant", "identity.user_account"}
"""Tables with names that are unique across tenants."""

ACROSS = {"identity.member"}
"""Tables whose rows refer to what another tenant has: a user of one may be a member of others."""

COLUMNS = """
    select string_agg(quote_ident(attname), ', ' order by attnum)
    from pg_attribute
    where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attgenerated = ''
"""

UNIQUE = """
    select array(
        select pg_get_indexdef(indexrelid, place, false)
        from generate_series(1, indnkeyatts) as place
    ) as columns
    from pg_index
    where indrelid = $1::text::regclass and indisunique and indpred is null
"""

REFERS = """
    select exists (
        select from pg_constraint
        where contype = 'f' and conrelid = $1::text::regclass
        and confrelid::regclass::text = any($2::text[]) and confrelid <> conrelid
        and exists (
            select from pg_attribute
            where attrelid = conrelid and attnum = any(conkey) and attname <> $3
        )
    )
"""

RETURNS_OR_WRITES = """
    select
        pg_proc.oid::regprocedure::text as signature,
        nspname || '.' || proname as name,
        array(select format_type(kind, null) from unnest(proargtypes) as kind) as arguments
    from pg_proc
    join pg_namespace on pg_namespace.oid = pronamespace
    where prosecdef and has_function_privilege('guilder_app', pg_proc.oid, 'execute')
    order by signature
"""


@dataclass(frozen=True)
class Siege:
    """One tenant, another that is after its rows, and the owner who sees what came of it."""

    owner: asyncpg.Connection
    pool: Pool
    stranger: TenantId
    victim: Specimens

    async def attempt(self, *statements: str) -> str:
        """Run statements in a transaction of the stranger; answers all that came back."""
        return await self.as_stranger(lambda connection: _run(connection, statements))

    async def as_stranger(self, act: Callable[[Any], Awaitable[str]]) -> str:
        try:
            async with tenant_transaction(self.pool, self.stranger) as tx:
                return await act(tx._connection)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, CommitRefused) as refused:
            return told(refused)
        except Problem as problem:
            return told(problem.__cause__ or problem)

    async def holdings(self, table: str, column: str) -> list[str]:
        """The victim's rows, as they are."""
        rows = await self.owner.fetch(
            f"select t.xmin::text || t::text from {table} as t where {column} = $1 order by 1",
            self.victim.tenant_id,
        )
        return [row[0] for row in rows]

    async def vocabulary(self, table: str, column: str) -> dict[str, str]:
        """What the attacks are made of, for one table."""
        row = await self.owner.fetchval(
            f"select to_jsonb(t)::text from {table} as t where {column} = $1",
            self.victim.tenant_id,
        )
        return {
            "table": table,
            "tenant": column,
            "columns": await self.owner.fetchval(COLUMNS, table),
            "row": row or "{}",
            "victim": str(self.victim.tenant_id),
            "stranger": str(self.stranger),
        }


async def _run(connection: Any, statements: tuple[str, ...]) -> str:
    return "\n".join([rendered(await connection.fetch(one)) for one in statements])


def is_unharmed(table: str, before: list[str], after: list[str]) -> bool:
    """Whether nobody but a relay can have touched these rows."""
    if table in MOVING_ON:
        return set(after) <= set(before)
    if table in RELAYED:
        return len(after) >= len(before)
    return after == before


def told(refused: BaseException) -> str:
    """Everything that an error says."""
    fields = refused.as_dict() if isinstance(refused, asyncpg.PostgresError) else {}
    return f"{type(refused).__name__}: {refused} {fields}"


@pytest.fixture
async def siege(owner_url: str, app_url: str) -> AsyncIterator[Siege]:
    owner = await asyncpg.connect(owner_url)
    pool = await open_pool(app_url, size=1, name="guilder stranger")
    stranger = TenantId(uuid4())
    try:
        async with owner.transaction():
            victim = await plant(owner, uuid4())
            await plant(owner, stranger, only={"identity.tenant"})
        yield Siege(owner, pool, stranger, victim)
        await owner.execute("delete from jobs.job where tenant_id = $1", victim.tenant_id)
    finally:
        await pool.close()
        await owner.close()


async def test_a_specimen_stands_in_every_table(siege: Siege) -> None:
    assert siege.victim.rows.keys() == tenant_tables().keys()


@pytest.mark.parametrize(("table", "column"), tenant_tables().items())
async def test_another_tenant_gets_at_nothing(siege: Siege, table: str, column: str) -> None:
    words = await siege.vocabulary(table, column)
    before = await siege.holdings(table, column)
    attacks = [attack.format(**words) for attack in ATTACKS]
    for unique in await siege.owner.fetch(UNIQUE, table):
        words["key"] = ", ".join(unique["columns"])
        attacks += [upsert.format(**words) for upsert in UPSERT]

    outcomes = {
        "copy out": await siege.as_stranger(lambda connection: copied(connection, table)),
        **{attack: await siege.attempt(attack) for attack in attacks},
    }
    outcomes["copy in"] = await siege.as_stranger(
        lambda connection: copied_in(connection, table, column, siege.victim.tenant_id)
    )

    assert {
        attack: shown
        for attack, outcome in outcomes.items()
        if (shown := beyond(siege.victim, attack, outcome))
    } == {}
    after = await siege.holdings(table, column)
    assert is_unharmed(table, before, after)


def beyond(victim: Specimens, attack: str, outcome: str) -> list[str]:
    """What an outcome shows of the victim that the attack did not say itself."""
    return [mark for mark in victim.shown_in(outcome) if mark not in attack]


async def copied(connection: Any, table: str) -> str:
    """What `copy … to` gives out."""
    schema, _, name = table.partition(".")
    answer = io.BytesIO()
    await connection.copy_from_table(name, schema_name=schema, output=answer)
    return answer.getvalue().decode()


async def copied_in(connection: Any, table: str, column: str, victim: UUID) -> str:
    """Slip a row into another's part by `copy … from`."""
    schema, _, name = table.partition(".")
    row = io.BytesIO(f"{victim}\n".encode())
    return str(
        await connection.copy_to_table(name, schema_name=schema, columns=[column], source=row)
    )


@pytest.mark.parametrize(("table", "column"), tenant_tables().items())
async def test_the_siege_would_notice(siege: Siege, table: str, column: str) -> None:
    """The same reads by somebody who may see the rows do show them."""
    words = await siege.vocabulary(table, column)
    if table in MOVING_ON and not await siege.holdings(table, column):
        return  # carried away already
    all_of_them = "select * from {table} where {tenant} = '{victim}'"
    whole = rendered(await siege.owner.fetch(all_of_them.format(**words)))

    assert siege.victim.shown_in(whole)
    leaking = "select * from {table} as t where {tenant} = '{victim}' and t::text::int = 0"
    with pytest.raises(asyncpg.DataError) as leak:
        await siege.owner.fetch(leaking.format(**words))
    assert siege.victim.shown_in(told(leak.value))


@pytest.mark.parametrize("forbidden", FORBIDDEN)
async def test_what_would_open_the_door_is_forbidden(siege: Siege, forbidden: str) -> None:
    names = await siege.owner.fetchrow(
        "select quote_ident(current_user) as owner, quote_ident(current_database()) as database"
    )

    outcome = await siege.attempt(forbidden.format(**names))

    assert outcome.startswith(("InsufficientPrivilegeError", "FeatureNotSupportedError")), outcome


@pytest.mark.parametrize("trick", HARMLESS)
async def test_what_is_allowed_opens_nothing(siege: Siege, trick: str) -> None:
    for table in tables():
        outcome = await siege.attempt(trick, f"select * from {table}")

        assert siege.victim.shown_in(outcome) == []


async def test_no_function_reaches_across(siege: Siege) -> None:
    held = {table: await siege.holdings(table, column) for table, column in tenant_tables().items()}
    known = [row["id"] for row in siege.victim.rows.values() if "id" in row.keys()]  # noqa: SIM118 - of a record, `in` asks for values
    ids = sorted({str(one) for one in known if isinstance(one, UUID)})

    for function in await siege.owner.fetch(RETURNS_OR_WRITES):
        for one in ids:
            arguments = ", ".join(generous(kind, one, ids) for kind in function["arguments"])
            outcome = await siege.attempt(f"select * from {function['name']}({arguments})")
            assert siege.victim.shown_in(outcome) == [], function["signature"]

    now = {table: await siege.holdings(table, column) for table, column in tenant_tables().items()}
    assert {table for table in held if not is_unharmed(table, held[table], now[table])} == set()


def generous(kind: str, one: str, ids: list[str]) -> str:
    """An argument with which a function would find as much as there is."""
    every = ",".join(ids)
    return {
        "integer": "1000",
        "smallint": "0::smallint",
        "smallint[]": f"array_fill(0::smallint, array[{len(ids)}])",
        "uuid": f"'{one}'::uuid",
        "uuid[]": f"'{{{every}}}'::uuid[]",
        "boolean": "true",
        "interval": "interval '0'",
        "timestamp with time zone": "now()",
    }.get(kind, f"null::{kind}")


@pytest.mark.parametrize("table", sorted(tenant_tables().keys() - TELLING - ACROSS))
async def test_an_equal_row_can_be_written_and_refers_to_nothing_of_the_other(
    siege: Siege, table: str
) -> None:
    """So no refusal tells what another has, and no key leads into another's rows."""
    words = await siege.vocabulary(table, tenant_tables()[table])
    refers = await siege.owner.fetchval(
        REFERS, table, list(tenant_tables()), tenant_tables()[table]
    )

    outcome = await siege.attempt(EQUAL.format(**words))

    if not outcome.startswith("InsufficientPrivilegeError"):
        assert outcome.startswith("ForeignKeyViolationError" if refers else str(siege.stranger))


@pytest.mark.parametrize("table", sorted(TELLING))
async def test_a_taken_name_is_all_that_is_told(siege: Siege, table: str) -> None:
    words = await siege.vocabulary(table, tenant_tables()[table])
    if table == "identity.tenant":
        await siege.owner.execute("delete from identity.tenant where id = $1", siege.stranger)

    outcome = await siege.attempt(EQUAL.format(**words))

    assert outcome.startswith("UniqueViolationError")
    assert siege.victim.shown_in(outcome) == []


async def test_statistics_show_no_values(siege: Siege) -> None:
    isolated = {
        table
        for table in tenant_tables()
        if await siege.owner.fetchval(
            "select relrowsecurity from pg_class where oid = $1::text::regclass", table
        )
    }
    for table in isolated:
        await siege.owner.execute(f"analyze {table}")
    seen = "select distinct schemaname || '.' || tablename from pg_stats"
    by_owner = rendered(await siege.owner.fetch(seen))

    by_stranger = await siege.attempt(seen)

    assert [table for table in isolated - MOVING_ON if table not in by_owner] == []
    assert [table for table in isolated if table in by_stranger.split()] == []
    for view in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs", "pg_stat_activity"):
        shown = await siege.attempt(f"select v::text from {view} as v")
        assert siege.victim.shown_in(shown) == []
    for source in ("pg_statistic", "pg_statistic_ext_data", "pg_authid"):
        assert (await siege.attempt(f"select from {source}")).startswith("InsufficientPrivilege")


@pytest.mark.parametrize(("table", "column"), tenant_tables().items())
async def test_without_a_tenant_nothing_is_answered(
    siege: Siege, app_url: str, table: str, column: str
) -> None:
    """Neither before a tenant was named, nor after its transaction, when its name is empty."""
    nameless = await asyncpg.connect(app_url)
    statements = (
        f"select from {table}",
        f"select from {table} where {column} = '{siege.victim.tenant_id}'",
        f"update {table} set {column} = {column}",
        f"delete from {table}",
        f"insert into {table} ({column}) values ('{siege.victim.tenant_id}')",
    )
    try:
        for _ in ("before", "after"):
            for statement in statements:
                with pytest.raises(asyncpg.PostgresError) as refused:
                    await nameless.fetch(statement)
                assert isinstance(refused.value, NOBODY), statement
            await nameless.execute(f"begin; set local guilder.tenant = '{uuid4()}'; commit")
            assert await nameless.fetchval("select current_setting('guilder.tenant')") == ""
    finally:
        await nameless.close()


async def test_what_separates_tenants_is_the_name_in_the_transaction(siege: Siege) -> None:
    """Accepted: whoever runs SQL of their own as the application can name another tenant."""
    shown = await siege.attempt(
        f"set local guilder.tenant = '{siege.victim.tenant_id}'", "select * from identity.tenant"
    )

    assert siege.victim.shown_in(shown)
