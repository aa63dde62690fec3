-- What happened. A fact is written to the outbox by the transaction that brought it about,
-- and the relay moves it to the tenant's log, where it gets its position.
create schema events;
grant usage on schema events to guilder_app;

-- A queue, so its key begins with what it is drained by.
create table events.outbox (
    tenant_id uuid not null default kernel.tenant(),
    serial bigint generated always as identity,
    id uuid not null default kernel.uuid7(),
    type text not null check (type ~ '^[a-z_]+(\.[a-z_]+)+$'),
    version smallint not null,
    object_id uuid not null,
    data jsonb not null,
    actor text not null,
    occurred_at timestamptz not null default clock_timestamp(),
    primary key (serial, tenant_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

call kernel.isolate('events.outbox');
grant insert on events.outbox to guilder_app;

create table events.event (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null,
    position bigint not null check (position > 0),
    type text not null check (type ~ '^[a-z_]+(\.[a-z_]+)+$'),
    version smallint not null,
    object_id uuid not null,
    data jsonb not null,
    actor text not null,
    occurred_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, position)
);

create index event_by_type on events.event (tenant_id, type, position);
create index event_by_object on events.event (tenant_id, object_id, position);
call kernel.isolate('events.event');
-- An event stays as it was told, but for what it tells of somebody who is to be forgotten.
grant select, update (data) on events.event to guilder_app;

-- How far each tenant's log goes. Only the relay writes here, so sales never wait for it.
create table events.feed (
    tenant_id uuid primary key default kernel.tenant(),
    position bigint not null check (position >= 0)
);

call kernel.isolate('events.feed');
grant select on events.feed to guilder_app;

-- How far each consumer has come in each tenant's log, and what holds it up.
create table events.cursor (
    tenant_id uuid not null default kernel.tenant(),
    consumer text not null,
    position bigint not null default 0 check (position >= 0),
    failures integer not null default 0,
    retry_at timestamptz,
    last_error text,
    primary key (tenant_id, consumer),
    check ((failures = 0) = (retry_at is null)),
    check ((failures = 0) = (last_error is null))
);

create index cursor_held_up on events.cursor (tenant_id) where failures > 0;
call kernel.isolate('events.cursor');
grant select, insert, update on events.cursor to guilder_app;

-- Facts that a consumer could not digest, kept for a person to look at.
create table events.skipped (
    tenant_id uuid not null default kernel.tenant(),
    consumer text not null,
    event_id uuid not null,
    reason text not null,
    skipped_at timestamptz not null default now(),
    primary key (tenant_id, consumer, event_id),
    foreign key (tenant_id, event_id) references events.event
);

create index skipped_event on events.skipped (tenant_id, event_id);
call kernel.isolate('events.skipped');
grant select, insert, delete on events.skipped to guilder_app;

create table events.consumer (
    name text primary key,
    introduced_at timestamptz not null default now()
);

-- Move committed facts to their tenants' logs, and answer which tenants have news.
-- A queue that is emptied of whatever is visible cannot skip what commits late: it is
-- simply moved later. One pass at a time, so that positions follow the order of commits.
create function events.relay(most integer) returns table (tenant_id uuid, facts bigint)
language plpgsql security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    if not pg_catalog.pg_try_advisory_xact_lock(7463002) then
        return;
    end if;
    return query
    with moved as (
        delete from events.outbox
        where (outbox.serial, outbox.tenant_id) in (
            select waiting.serial, waiting.tenant_id
            from events.outbox as waiting
            order by waiting.serial
            limit most
        )
        returning outbox.*
    ),

    news as (
        select moved.tenant_id, count(*) as facts from moved group by moved.tenant_id
    ),

    feed as (
        insert into events.feed as known (tenant_id, position)
        select news.tenant_id, news.facts from news
        on conflict on constraint feed_pkey
        do update set position = known.position + excluded.position
        returning known.tenant_id, known.position
    ),

    logged as (
        insert into events.event
        (tenant_id, id, position, type, version, object_id, data, actor, occurred_at)
        select
            moved.tenant_id,
            moved.id,
            feed.position - news.facts
            + row_number() over (partition by moved.tenant_id order by moved.serial),
            moved.type,
            moved.version,
            moved.object_id,
            moved.data,
            moved.actor,
            moved.occurred_at
        from moved
        join news on news.tenant_id = moved.tenant_id
        join feed on feed.tenant_id = moved.tenant_id
    )

    select news.tenant_id, news.facts from news;
end
$$;

-- A consumer that this system has not had before begins with what happens from now on.
create function events.introduce(names text[]) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    with introduced as (
        insert into events.consumer (name) select unnest(names)
        on conflict (name) do nothing
        returning name
    )

    insert into events.cursor (tenant_id, consumer, position)
    select feed.tenant_id, introduced.name, feed.position
    from events.feed
    cross join introduced
    on conflict do nothing;
end
$$;

-- Tenants in whose log some consumer has not come to the end, and is not resting after a failure.
create function events.behind(names text[], most integer) returns setof uuid
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    select feed.tenant_id
    from events.feed
    cross join unnest(names) as consumer (name)
    left join events.cursor
        on cursor.tenant_id = feed.tenant_id and cursor.consumer = consumer.name
    where coalesce(cursor.position, 0) < feed.position
    and (cursor.retry_at is null or cursor.retry_at <= now())
    group by feed.tenant_id
    -- Where there are more than that, nobody is always the last.
    order by random()
    limit most;
end
$$;

-- What waits in the outbox, whom a fact holds up, and what was put aside for a person.
create function events.lag() returns table (
    facts bigint, seconds double precision, held_up bigint, skipped bigint
)
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    select
        count(*),
        coalesce(extract(epoch from clock_timestamp() - min(outbox.occurred_at)), 0)::float8,
        (select count(*) from events.cursor where cursor.failures > 0),
        (select count(*) from events.skipped)
    from events.outbox;
end
$$;

grant execute on function
events.relay(integer), events.introduce(text[]), events.behind(text[], integer), events.lag()
to guilder_app;
