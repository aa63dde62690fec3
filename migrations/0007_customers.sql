-- Who buys.
create schema customers;
grant usage on schema customers to guilder_app;

create table customers.customer (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    email text check (email like '%_@_%' and length(email) <= 254),
    name text check (length(btrim(name)) between 1 and 200),
    phone text check (phone ~ '^\+?[0-9 ()./-]{3,30}$'),
    app_metadata jsonb not null default '{}' check (jsonb_typeof(app_metadata) = 'object'),
    internal_metadata jsonb not null default '{}'
    check (jsonb_typeof(internal_metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id)
);

create unique index customer_email on customers.customer (tenant_id, kernel.fold(email));
call kernel.isolate('customers.customer');
grant select, insert, update on customers.customer to guilder_app;
