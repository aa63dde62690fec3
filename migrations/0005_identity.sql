-- Who may act: tenants, and the keys with which their programs come.
create schema identity;
grant usage on schema identity to guilder_app;

-- What each tier allows. No row, or no maximum, is no limit.
create table identity.quota (
    tier text not null check (tier in ('free', 'pro', 'enterprise')),
    name text not null,
    maximum bigint check (maximum >= 0),
    primary key (tier, name)
);

grant select on identity.quota to guilder_app;

insert into identity.quota (tier, name, maximum) values
('free', 'api_calls_per_minute', 600),
('free', 'api_keys', 10),
('free', 'facts_per_day', 100000),
('free', 'members', 5),
('free', 'podcasts', 1),
('free', 'products', 100),
('free', 'webhooks', 2),
('pro', 'api_calls_per_minute', 6000),
('pro', 'api_keys', 100),
('pro', 'facts_per_day', 10000000),
('pro', 'members', 50),
('pro', 'podcasts', 20),
('pro', 'products', 10000),
('pro', 'webhooks', 20),
('enterprise', 'api_calls_per_minute', null),
('enterprise', 'api_keys', null),
('enterprise', 'facts_per_day', null),
('enterprise', 'members', null),
('enterprise', 'podcasts', null),
('enterprise', 'products', null),
('enterprise', 'webhooks', null);

create table identity.tenant (
    id uuid primary key default kernel.tenant(),
    name text not null check (length(btrim(name)) between 1 and 200),
    slug text not null unique check (
        slug ~ '^[a-z0-9](-?[a-z0-9])*$' and length(slug) <= 63
        and replace(slug, '-', '') !~ '^[0-9a-f]{32}$'
    ),
    domain text check (
        domain ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$'
        and length(domain) <= 253
    ),
    description text check (length(description) <= 2000),
    owner_id uuid,
    subscription_tier text not null default 'free'
    check (subscription_tier in ('free', 'pro', 'enterprise')),
    status text not null default 'active'
    check (status in ('active', 'suspended', 'cancelled')),
    billing_email text check (billing_email like '%_@_%' and length(billing_email) <= 254),
    default_currency text not null default 'USD' check (default_currency ~ '^[A-Z]{3}$'),
    stellar_network text not null default 'testnet'
    check (stellar_network in ('testnet', 'mainnet')),
    statement_descriptor text check (length(statement_descriptor) between 1 and 22),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create unique index tenant_domain on identity.tenant (kernel.fold(domain));
call kernel.isolate('identity.tenant', 'id');
call kernel.guard(
    'identity.tenant', 'status',
    'active > suspended', 'suspended > active', 'active > cancelled', 'suspended > cancelled'
);
grant select, insert, update on identity.tenant to guilder_app;

-- Give the tenant another slug and domain, unless one of them is another's, and say then which: of
-- two who take it at once, one waits for the other and is told.
create function identity.take_place(new_slug text, new_domain text) returns text
language plpgsql
set search_path = ''
as $$
declare
    taken text;
begin
    update identity.tenant
    set slug = new_slug, domain = new_domain, updated_at = now()
    where tenant.id = kernel.tenant();
    return null;
exception when unique_violation then
    get stacked diagnostics taken = constraint_name;
    return case when taken = 'tenant_domain' then 'domain' else 'slug' end;
end
$$;

grant execute on function identity.take_place(text, text) to guilder_app;

create table identity.api_key (
    tenant_id uuid not null default kernel.tenant() references identity.tenant,
    id uuid not null default kernel.uuid7(),
    name text not null check (length(btrim(name)) between 1 and 100),
    mode text not null check (mode in ('live', 'test')),
    kind text not null default 'secret' check (kind in ('secret', 'publishable')),
    key_hash bytea not null check (length(key_hash) = 32),
    hint text not null check (length(hint) = 4),
    scopes text[] not null check (cardinality(scopes) between 1 and 100),
    created_by text not null,
    allowed_addresses text[] not null default '{}' check (cardinality(allowed_addresses) <= 50),
    replaced_by uuid,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, key_hash),
    foreign key (tenant_id, replaced_by) references identity.api_key (tenant_id, id)
);

create index api_key_replaced on identity.api_key (tenant_id, replaced_by);
create index api_key_maker on identity.api_key (tenant_id, created_by);
call kernel.isolate('identity.api_key');
call kernel.preserve(
    'identity.api_key', 'tenant_id', 'id', 'mode', 'kind', 'key_hash', 'hint', 'scopes',
    'created_by', 'created_at'
);
call kernel.settle('identity.api_key', 'revoked_at', 'replaced_by');
-- When a key expires can come nearer, and is never put off.
create trigger settle_expires_at before update on identity.api_key for each row
when (old.expires_at is not null and (new.expires_at > old.expires_at) is not false)
execute function kernel.refuse_change('to later, expires_at');

grant select, insert, update on identity.api_key to guilder_app;

-- How much of a daily quota was used. Kept by a consumer of facts, so nobody waits for it.
create table identity.daily_usage (
    tenant_id uuid not null default kernel.tenant() references identity.tenant,
    day date not null,
    name text not null,
    used bigint not null check (used >= 0),
    primary key (tenant_id, day, name)
);

call kernel.isolate('identity.daily_usage');
grant select, insert, update on identity.daily_usage to guilder_app;

-- What a tenant's calls and facts are held to today; nothing is counted where there is no limit.
create function identity.allowed(of_tenant uuid, of_tier text)
returns table (calls_per_minute bigint, facts_per_day bigint, facts_today bigint)
language sql stable parallel safe
begin atomic
select
    calls.maximum as calls_per_minute,
    facts.maximum as facts_per_day,
    case
        when facts.maximum is null then 0
        else coalesce(
            (
                select daily_usage.used
                from identity.daily_usage
                where
                    daily_usage.tenant_id = of_tenant
                    and daily_usage.day = (now() at time zone 'utc')::date
                    and daily_usage.name = 'facts_per_day'
            ), 0
        )
    end
from (select of_tier as name) as tier
left join identity.quota as calls on tier.name = calls.tier and calls.name = 'api_calls_per_minute'
left join identity.quota as facts on tier.name = facts.tier and facts.name = 'facts_per_day';
end;

grant execute on function identity.allowed(uuid, text) to guilder_app;

-- For the operator's shell.
create function identity.all_tenants(most integer) returns setof identity.tenant
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query select * from identity.tenant order by tenant.id desc limit most;
end
$$;

grant execute on function identity.all_tenants(integer) to guilder_app;
