-- Everything that happens later. One queue for all tenants, reached through functions only.
create schema jobs;
grant usage on schema jobs to guilder_app;

create table jobs.job (
    id uuid primary key default kernel.uuid7(),
    tenant_id uuid,
    kind text not null,
    payload jsonb not null,
    status text not null check (status in ('scheduled', 'ready', 'running', 'dead')),
    priority smallint not null,
    run_at timestamptz not null,
    attempt smallint not null default 0,
    max_attempts smallint not null check (max_attempts > 0),
    unique_key text,
    lease_until timestamptz,
    last_error text,
    created_at timestamptz not null default now(),
    died_at timestamptz,
    check ((status = 'running') = (lease_until is not null)),
    check ((status = 'dead') = (died_at is not null)),
    check (status <> 'dead' or last_error is not null)
) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0
);

create index job_ready on jobs.job (priority, run_at) where status = 'ready';
create index job_scheduled on jobs.job (run_at) where status = 'scheduled';
create index job_running on jobs.job (lease_until) where status = 'running';
create index job_dead on jobs.job (died_at) where status = 'dead';

-- While one waits, asking for another of the same key asks for nothing new.
-- Once it runs it may have read too early, so the next one waits behind it.
create unique index job_unique on jobs.job (tenant_id, kind, unique_key) nulls not distinct
where unique_key is not null and status in ('scheduled', 'ready');

create table jobs.schedule (
    name text primary key,
    cron text not null,
    zone text not null,
    next_at timestamptz not null
);

-- Within a tenant's transaction a job belongs to that tenant, whoever asks.
create function jobs.enqueue(
    kinds text[], payloads jsonb[], priorities smallint[], run_ats timestamptz[],
    max_attempts smallint[], unique_keys text[]
) returns setof uuid
language sql security definer
set search_path = ''
begin atomic
    insert into jobs.job
    (tenant_id, kind, payload, status, priority, run_at, max_attempts, unique_key)
    select
        nullif(current_setting('guilder.tenant', true), '')::uuid,
        wanted.kind,
        wanted.payload,
        case when wanted.run_at > now() then 'scheduled' else 'ready' end,
        wanted.priority,
        coalesce(wanted.run_at, clock_timestamp()),
        wanted.max_attempts,
        wanted.unique_key
    from unnest(kinds, payloads, priorities, run_ats, max_attempts, unique_keys)
    as wanted (kind, payload, priority, run_at, max_attempts, unique_key)
    on conflict (tenant_id, kind, unique_key)
    where unique_key is not null and status in ('scheduled', 'ready')
    do nothing
    returning id;
end;

create function jobs.claim(kinds text[], most integer, lease interval)
returns table (
    id uuid, tenant_id uuid, kind text, payload text, attempt smallint, max_attempts smallint
)
language plpgsql security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    with mine as materialized (
        select waiting.id
        from jobs.job as waiting
        where waiting.status = 'ready' and waiting.kind = any(kinds)
        order by waiting.priority, waiting.run_at
        limit most
        for update skip locked
    )

    update jobs.job
    set
        status = 'running',
        attempt = job.attempt + 1,
        lease_until = clock_timestamp() + lease
    from mine
    where job.id = mine.id
    returning job.id, job.tenant_id, job.kind, job.payload::text, job.attempt, job.max_attempts;
end
$$;

-- What has come due becomes ready; what a lost worker held becomes ready again, or is dead.
create function jobs.advance(most integer) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
    due_jobs integer;
    lost_jobs integer;
begin
    perform kernel.require_system();
    with due as (
        select job.id from jobs.job
        where job.status = 'scheduled' and job.run_at <= now()
        order by job.run_at
        limit most
        for update skip locked
    )

    update jobs.job set status = 'ready' from due where job.id = due.id;
    get diagnostics due_jobs = row_count;

    with lost as (
        select job.id, job.attempt from jobs.job
        where job.status = 'running' and job.lease_until < clock_timestamp()
        limit most
        for update skip locked
    )

    select count(jobs.fail(lost.id, lost.attempt, 'the worker was lost', interval '0', false))
    into lost_jobs
    from lost;
    return due_jobs + lost_jobs;
end
$$;

create function jobs.extend(ids uuid[], attempts smallint[], lease interval) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    update jobs.job
    set lease_until = clock_timestamp() + lease
    from unnest(ids, attempts) as held (id, attempt)
    where job.id = held.id and job.attempt = held.attempt and job.status = 'running';
end
$$;

-- Done, by whoever still holds it: the attempt tells a worker that has lost its lease.
-- Within a tenant's transaction only that tenant's jobs come to an end.
create function jobs.finish(ids uuid[], attempts smallint[]) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
    finished integer;
    tenant text := coalesce(current_setting('guilder.tenant', true), '');
begin
    delete from jobs.job
    using unnest(ids, attempts) as done (id, attempt)
    where job.id = done.id and job.attempt = done.attempt and job.status = 'running'
    and (tenant = '' or job.tenant_id::text = tenant);
    get diagnostics finished = row_count;
    return finished;
end
$$;

-- Failed: tried again after a pause, unless it is hopeless, out of attempts, or an equal one
-- waits already and will do the same work.
create function jobs.fail(
    job_id uuid, job_attempt smallint, reason text, pause interval, hopeless boolean
) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
    outcome text;
begin
    perform kernel.require_system();
    update jobs.job
    set
        status = case
            when hopeless or job.attempt >= job.max_attempts then 'dead'
            when pause > interval '0' then 'scheduled'
            else 'ready'
        end,
        died_at = case
            when hopeless or job.attempt >= job.max_attempts then clock_timestamp()
        end,
        run_at = clock_timestamp() + pause,
        lease_until = null,
        last_error = reason
    where job.id = job_id and job.attempt = job_attempt and job.status = 'running'
    returning job.status into outcome;
    return outcome;
exception
    when unique_violation then
        delete from jobs.job where job.id = job_id and job.attempt = job_attempt;
        return 'superseded';
end
$$;

-- The work of people: look, try once more, drop.
create function jobs.inspect(wanted_status text, wanted_kind text, most integer)
returns setof jobs.job
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    select * from jobs.job
    where (wanted_status is null or job.status = wanted_status)
    and (wanted_kind is null or job.kind = wanted_kind)
    order by job.id desc
    limit most;
end
$$;

create function jobs.retry(job_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    -- Attempts only rise: they tell a worker that it has lost the job to another.
    update jobs.job
    set
        status = 'ready',
        max_attempts = least(job.attempt + job.max_attempts, 30000),
        run_at = clock_timestamp(),
        died_at = null
    where job.id = job_id and job.status in ('dead', 'scheduled');
    return found;
exception
    when unique_violation then -- an equal one waits already, and will do the same work
        delete from jobs.job where job.id = job_id and job.status in ('dead', 'scheduled');
        return found;
end
$$;

create function jobs.drop(job_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    delete from jobs.job where job.id = job_id and job.status <> 'running';
    return found;
end
$$;

create function jobs.census() returns table (status text, jobs bigint, oldest_seconds float8)
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    select
        job.status,
        count(*),
        coalesce(extract(epoch from clock_timestamp() - min(job.run_at)), 0)::float8
    from jobs.job
    group by job.status;
end
$$;

-- What was given up of a tenant's own work. Its kinds and reasons are the operator's to read.
create function jobs.given_up() returns bigint
language sql stable security definer
set search_path = ''
begin atomic
    select count(*)
    from jobs.job
    where job.status = 'dead'
    and job.tenant_id = nullif(current_setting('guilder.tenant', true), '')::uuid;
end;

-- A schedule keeps its next instant; a changed definition begins anew.
create function jobs.plan(
    schedule_name text, wanted_cron text, wanted_zone text, first_at timestamptz
) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
    planned timestamptz;
begin
    perform kernel.require_system();
    insert into jobs.schedule as known (name, cron, zone, next_at)
    values (schedule_name, wanted_cron, wanted_zone, first_at)
    on conflict (name) do update
    set cron = excluded.cron, zone = excluded.zone, next_at = excluded.next_at
    where (known.cron, known.zone) <> (excluded.cron, excluded.zone);
    select schedule.next_at into planned from jobs.schedule where schedule.name = schedule_name;
    return planned;
end
$$;

-- Whoever moves a schedule on from an instant is the one who enqueues for it.
create function jobs.move_on(schedule_name text, due_at timestamptz, following_at timestamptz)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    update jobs.schedule set next_at = following_at
    where schedule.name = schedule_name and schedule.next_at = due_at;
    return found;
end
$$;

grant execute on function
jobs.enqueue(text[], jsonb[], smallint[], timestamptz[], smallint[], text[]),
jobs.claim(text[], integer, interval),
jobs.advance(integer),
jobs.extend(uuid[], smallint[], interval),
jobs.finish(uuid[], smallint[]),
jobs.fail(uuid, smallint, text, interval, boolean),
jobs.inspect(text, text, integer),
jobs.retry(uuid),
jobs.drop(uuid),
jobs.census(),
jobs.given_up(),
jobs.plan(text, text, text, timestamptz),
jobs.move_on(text, timestamptz, timestamptz)
to guilder_app;
