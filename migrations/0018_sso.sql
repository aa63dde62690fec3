-- Signing in from elsewhere: what a tenant has set up, and who is on their way.

-- Where somebody signs in who is known elsewhere: an issuer of OpenID Connect, as a tenant set it up.
create table identity.identity_provider (
    tenant_id uuid not null default kernel.tenant() references identity.tenant,
    id uuid not null default kernel.uuid7(),
    name text not null check (name ~ '^[a-z0-9](-?[a-z0-9])*$' and length(name) <= 63),
    title text not null check (length(btrim(title)) between 1 and 100),
    issuer text not null check (issuer ~ '^https?://' and length(issuer) <= 500),
    client_id text not null check (length(client_id) between 1 and 255),
    client_secret_sealed bytea,
    email_domains text[] not null default '{}' check (cardinality(email_domains) <= 50),
    return_origins text[] not null default '{}' check (cardinality(return_origins) <= 20),
    admits_new_users boolean not null default false,
    role_id uuid,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, name),
    foreign key (tenant_id, role_id) references identity.role (tenant_id, id),
    check (role_id is not null or not admits_new_users)
);

create index identity_provider_role on identity.identity_provider (tenant_id, role_id);
call kernel.isolate('identity.identity_provider');
call kernel.preserve(
    'identity.identity_provider', 'tenant_id', 'id', 'name', 'issuer', 'created_at'
);
grant select, insert, update, delete on identity.identity_provider to guilder_app;

-- Whose provider is meant by whoever signs in, and knows the tenant by its slug.
create function identity.tenant_of_slug(wanted text) returns uuid
language sql stable security definer
set search_path = ''
begin atomic
select kernel.require_system();
select tenant.id from identity.tenant where tenant.slug = wanted;
end;

grant execute on function identity.tenant_of_slug(text) to guilder_app;

-- Somebody is on their way to an issuer and back: good once, for ten minutes, in one browser.
create table identity.sso_journey (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    provider_id uuid not null,
    state_hash bytea not null check (length(state_hash) = 32),
    browser_hash bytea check (length(browser_hash) = 32),
    nonce text not null,
    verifier_sealed bytea not null,
    redirect_url text not null,
    return_to text,
    expires_at timestamptz not null,
    used_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, state_hash),
    foreign key (tenant_id, provider_id) references identity.identity_provider (tenant_id, id)
    on delete cascade
);

create index sso_journey_provider on identity.sso_journey (tenant_id, provider_id);
create index sso_journey_end on identity.sso_journey (tenant_id, expires_at);
call kernel.isolate('identity.sso_journey');
call kernel.preserve(
    'identity.sso_journey', 'tenant_id', 'id', 'provider_id', 'state_hash', 'nonce', 'created_at'
);
call kernel.settle('identity.sso_journey', 'used_at');
grant select, insert, update, delete on identity.sso_journey to guilder_app;
