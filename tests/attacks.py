"""What a stranger tries: `{table}`, whose column `{tenant}` says whose a row is."""

from typing import Final

READS: Final = (
    "select * from {table}",
    "select * from {table} where {tenant} = '{victim}'",
    "select * from {table} where {tenant} <> '{stranger}' or true",
    "select 'leak ' || {tenant} from {table} where {tenant} = '{victim}'",
    "select string_agg(t::text, ',') from {table} as t",
    "select * from {table} where {tenant} = '{victim}' for update",
    "select * from {table} for no key update",
    "select * from {table} for share",
    "select * from {table} for key share skip locked",
    "select * from {table} tablesample system (100)",
    "select * from only {table}",
    "with t as materialized (select * from {table}) select * from t",
    "select * from (select * from {table} offset 0) as t where t::text <> ''",
    "select row_to_json(t) from {table} as t",
    "select xmlelement(name x, t::text) from {table} as t",
    "select * from query_to_xml('select * from {table}', true, false, '')",
    "select * from table_to_xml('{table}', true, false, '')",
    "select 1 as one, t.* from {table} as t union all select 2, t.* from {table} as t",
    "select has_table_privilege('guilder', '{table}', 'select')",
)

LEAKS: Final = (
    # A condition that fails on a row, with the row in its message, must not meet another's.
    "select * from {table} as t where t::text::int = 0",
    "select * from {table} as t where {tenant} = '{victim}' and t::text::int = 0",
    "select * from {table} as t where {tenant}::text::int = 0",
    "select * from {table} as t where case when {tenant} = '{victim}' then 1 / 0 = 1 end",
    "select * from {table} as t order by t::text::int",
    "select count(*) from {table} as t group by t::text::int",
    "select * from {table} as t join (values (1)) as v (n) on t::text::int = v.n",
    "select * from {table} as t where exists (select where t::text::int = 0)",
    "select t::text::int from {table} as t",
    "explain (analyze, verbose) select * from {table} as t where t::text::int = 0",
    (
        "do $$ declare r record; begin for r in select * from {table} loop"
        " raise exception '%', r; end loop; end $$"
    ),
    "do $$ begin execute 'select (t::text)::int from {table} as t'; end $$",
)

WRITES: Final = (
    (
        "insert into {table} ({columns}) overriding system value"
        " select {columns} from jsonb_populate_record(null::{table}, $row${row}$row$)"
    ),
    (
        "insert into {table} ({columns}) overriding system value"
        " select {columns} from jsonb_populate_record(null::{table},"
        ' $row${row}$row$::jsonb || \'{{"id": "00000000-0000-7000-8000-000000000000"}}\')'
    ),
    "insert into {table} ({tenant}) values ('{victim}') returning *",
    "update {table} set {tenant} = '{stranger}' where {tenant} = '{victim}' returning *",
    "update {table} set {tenant} = '{victim}' returning *",
    "update {table} set {tenant} = {tenant} where {tenant} = '{victim}' returning *",
    "update {table} as t set {tenant} = {tenant} where t::text::int = 0",
    (
        "update {table} as t set {tenant} = '{stranger}' from {table} as o"
        " where o.{tenant} = '{victim}' returning o.*"
    ),
    "delete from {table} where {tenant} = '{victim}' returning *",
    "delete from {table} as t where t::text::int = 0",
    "delete from {table} using {table} as o where o.{tenant} = '{victim}' returning o.*",
    (
        "merge into {table} as t using (select 1) as s on t.{tenant} = '{victim}'"
        " when matched then delete"
    ),
    (
        "merge into {table} as t using (select 1) as s on t.{tenant} = '{victim}'"
        " when matched then update set {tenant} = '{stranger}'"
    ),
    "truncate {table}",
    "truncate {table} cascade",
)

EQUAL: Final = (
    "insert into {table} ({columns}) overriding system value"
    " select {columns} from jsonb_populate_record(null::{table},"
    ' $row${row}$row$::jsonb || \'{{"{tenant}": "{stranger}"}}\') returning {tenant}'
)
"""The victim's row over again, as the stranger's."""

UPSERT: Final = (
    (
        "insert into {table} ({columns}) overriding system value"
        " select {columns} from jsonb_populate_record(null::{table}, $row${row}$row$)"
        " on conflict ({key}) do update set {tenant} = '{stranger}' returning *"
    ),
    (
        "insert into {table} ({columns}) overriding system value"
        " select {columns} from jsonb_populate_record(null::{table},"
        ' $row${row}$row$::jsonb || \'{{"{tenant}": "{stranger}"}}\')'
        " on conflict ({key}) do update set {tenant} = '{stranger}' returning *"
    ),
    EQUAL,
)

SCHEMA: Final = (
    "alter table {table} disable row level security",
    "alter table {table} no force row level security",
    "alter table {table} owner to guilder_app",
    "alter table {table} alter column {tenant} drop default",
    "drop policy tenant on {table}",
    "create policy more on {table} using (true)",
    "alter policy tenant on {table} using (true)",
    "grant select on {table} to guilder_app",
    "drop table {table}",
    "create index on {table} ({tenant})",
    (
        "create trigger spy after update on {table} for each row"
        " execute function suppress_redundant_updates_trigger()"
    ),
    "create rule spy as on update to {table} do instead nothing",
    "create view kernel.spy as select * from {table}",
    "create temporary table spy as select * from {table}",
    "create temporary table spy (r uuid references {table})",
    "select * into temporary spy from {table}",
    "copy {table} to program 'cat'",
    "copy {table} to '/dev/null'",
    "copy {table} from '/dev/null'",
)

ATTACKS: Final = (*READS, *LEAKS, *WRITES, *SCHEMA)

FORBIDDEN: Final = (
    "set role {owner}",
    "set session authorization {owner}",
    "set local session_replication_role = replica",
    "alter role guilder_app bypassrls",
    "alter role guilder_app superuser",
    "alter database {database} set row_security = off",
    "create role stranger",
    "create schema stranger",
    "create temporary table spy (id int)",
    "create function pg_temp.tenant() returns uuid language sql return null::uuid",
    "create function public.spy() returns int language sql return 1",
    "create function kernel.spy() returns int language sql return 1",
    "create or replace function kernel.tenant() returns uuid language sql return null::uuid",
    "alter function kernel.tenant() leakproof",
    "create function identity.spy(text) returns bool language plpgsql leakproof as 'begin end'",
    "create operator public.=== (leftarg = text, rightarg = text, function = texteq)",
    "create type identity.spy as (id uuid)",
    "create publication spy for all tables",
    "call kernel.isolate('jobs.job')",
    "call kernel.guard('identity.tenant', 'slug', 'a > b')",
    "select lo_create(0)",
    "select lo_from_bytea(0, 'x')",
    "select pg_read_file('postgresql.conf')",
    "select pg_read_binary_file('postgresql.conf')",
    "select pg_ls_dir('.')",
    "select pg_stat_file('.')",
    "select lo_import('/etc/hostname')",
    "select pg_reload_conf()",
    "copy (select 1) to program 'cat'",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = '{owner}'",
    "select last_value from events.outbox_serial_seq",
    "select setval('events.outbox_serial_seq', 1)",
    "load 'auto_explain'",
)
"""What PostgreSQL must refuse, whatever is in the tables."""

HARMLESS: Final = (
    "reset role",
    "reset session authorization",
    "set local row_security = off",
    "set local guilder.tenant = ''",
    "reset guilder.tenant",
    "set local search_path = pg_temp, public, pg_catalog",
    "set local search_path = ''",
    "set local enable_seqscan = off",
    "set local debug_parallel_query = on",
    "set local plan_cache_mode = force_generic_plan",
    "set local transaction isolation level serializable",
    "do $$ begin perform set_config('row_security', 'off', true); end $$",
    "select pg_advisory_xact_lock_shared(0)",
)
"""What the application may do, and what must open nothing."""
