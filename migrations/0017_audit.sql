-- Who did what, one entry after the other: each carries the hash of the one before, so none can be
-- taken out or changed unseen. The application may add, and nothing else.
create table identity.audit_head (
    tenant_id uuid primary key default kernel.tenant() references identity.tenant,
    position bigint not null check (position >= 0),
    hash bytea not null check (length(hash) = 32),
    occurred_at timestamptz not null
);

-- It never goes back, and leaves no gap.
create trigger goes_on before update on identity.audit_head for each row
when (
    new.tenant_id <> old.tenant_id
    or new.position <> old.position + 1
    or new.occurred_at < old.occurred_at
)
execute function kernel.refuse_change('what it has reached');

call kernel.isolate('identity.audit_head');
grant select, insert, update on identity.audit_head to guilder_app;

create table identity.audit_entry (
    tenant_id uuid not null default kernel.tenant() references identity.tenant,
    position bigint not null check (position > 0),
    id uuid not null default kernel.uuid7(),
    action text not null check (action ~ '^[a-z_]+(\.[a-z_]+)+$'),
    actor_kind text not null
    check (actor_kind in ('api_key', 'user', 'job', 'operator', 'visitor')),
    actor_id uuid,
    address text check (length(address) <= 100),
    request_id text check (length(request_id) <= 100),
    object_type text not null check (object_type ~ '^[a-z_]+$'),
    object_id uuid not null,
    before jsonb,
    after jsonb,
    occurred_at timestamptz not null,
    previous_hash bytea not null check (length(previous_hash) = 32),
    hash bytea not null check (length(hash) = 32),
    primary key (tenant_id, position),
    unique (tenant_id, id)
);

create index audit_entry_object on identity.audit_entry (tenant_id, object_id, position);
create index audit_entry_actor on identity.audit_entry (tenant_id, actor_id, position);
create index audit_entry_action on identity.audit_entry (tenant_id, action, position);
create index audit_entry_time on identity.audit_entry (tenant_id, occurred_at, position);
call kernel.isolate('identity.audit_entry');
grant select, insert on identity.audit_entry to guilder_app;

-- For the operator's shell: whose entries there may be, some at a time.
create function identity.tenant_ids_after(last uuid, most integer) returns setof uuid
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    select tenant.id from identity.tenant where tenant.id > last order by tenant.id limit most;
end
$$;

grant execute on function identity.tenant_ids_after(uuid, integer) to guilder_app;
