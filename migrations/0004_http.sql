-- Answers already given, so that the same request repeated is answered the same. An answer that
-- waits for the world is kept as the work that is left: whoever asks again goes on with it.
create schema http;
grant usage on schema http to guilder_app;

create table http.answer (
    tenant_id uuid not null default kernel.tenant(),
    actor text not null,
    key text not null check (length(key) between 1 and 255),
    request_hash bytea not null check (length(request_hash) = 32),
    status smallint,
    body bytea,
    work bytea,
    created_at timestamptz not null default now(),
    primary key (tenant_id, actor, key),
    check ((status is null) = (body is null)),
    check (status is not null or work is not null)
);

create index answer_age on http.answer (created_at);
call kernel.isolate('http.answer');
grant select, insert, update (status, body) on http.answer to guilder_app;

-- Take the turn for a key, and look only then: whoever had it before us has committed.
-- The lock is only tried, so a request that is still being worked on is told at once.
create function http.take_turn(for_tenant uuid, for_actor text, for_key text)
returns table (
    is_mine boolean, request_hash bytea, status smallint, body bytea, work bytea
)
language plpgsql
set search_path = ''
as $$
begin
    is_mine := pg_catalog.pg_try_advisory_xact_lock(
        pg_catalog.hashtextextended(for_tenant::text || ' ' || for_actor || ' ' || for_key, 0)
    );
    select answer.request_hash, answer.status, answer.body, answer.work
    into request_hash, status, body, work
    from http.answer
    where answer.tenant_id = for_tenant and answer.actor = for_actor and answer.key = for_key;
    return next;
end
$$;

create function http.forget_answers(age interval, most integer) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
    forgotten integer;
begin
    perform kernel.require_system();
    delete from http.answer
    using (
        select old.tenant_id, old.actor, old.key
        from http.answer as old
        where old.created_at < now() - age
        order by old.created_at
        limit most
    ) as old
    where (answer.tenant_id, answer.actor, answer.key) = (old.tenant_id, old.actor, old.key);
    get diagnostics forgotten = row_count;
    return forgotten;
end
$$;

grant execute on function
http.take_turn(uuid, text, text), http.forget_answers(interval, integer)
to guilder_app;

-- What a tenant's calls of the minute come to in all processes together. Each tells about once a
-- second what it has counted, so a row is renewed where it stands, and nothing of it is logged:
-- a database that breaks down forgets the minute.
create unlogged table http.call_count (
    tenant_id uuid primary key default kernel.tenant(),
    minute timestamptz not null,
    calls bigint not null check (calls > 0)
) with (fillfactor = 50);

call kernel.isolate('http.call_count');
grant select on http.call_count to guilder_app;

-- Add what a process has counted, and tell what all have. Tenants come in their order, so that of
-- two who exchange at once none waits for the other in a circle; who comes late with a minute that
-- is over adds nothing.
create function http.exchange_calls(of_minute timestamptz, tenants uuid[], amounts bigint[])
returns table (tenant_id uuid, calls bigint)
language sql volatile security definer
set search_path = ''
begin atomic
select kernel.require_system();
insert into http.call_count as known (tenant_id, minute, calls)
select told.tenant_id, of_minute, told.calls
from unnest(tenants, amounts) as told (tenant_id, calls)
order by told.tenant_id
on conflict on constraint call_count_pkey do update
    set
        minute = excluded.minute,
        calls = case
            when known.minute = excluded.minute then known.calls + excluded.calls
            else excluded.calls
        end
    where known.minute <= excluded.minute
returning known.tenant_id, known.calls;
end;

-- Minutes that are over. What is being renewed at this moment is none of them.
create function http.forget_calls() returns bigint
language sql volatile security definer
set search_path = ''
begin atomic
select kernel.require_system();
with old as (
    select call_count.tenant_id
    from http.call_count
    where call_count.minute < now() - interval '2 minutes'
    for update skip locked
),

gone as (
    delete from http.call_count
    using old
    where call_count.tenant_id = old.tenant_id
    returning 1
)

select count(*) from gone;
end;

grant execute on function
http.exchange_calls(timestamptz, uuid[], bigint[]), http.forget_calls() to guilder_app;
