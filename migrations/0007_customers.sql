-- Who buys.
create schema customers;
grant usage on schema customers to guilder_app;

-- The folded e-mail stands beside the e-mail, because an index on a function is not used under row
-- security. Who was merged into another, or erased, keeps nothing but the place in the books.
create table customers.customer (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    email text check (email like '%_@_%' and length(email) <= 254),
    email_folded text generated always as (kernel.fold(email)) stored,
    name text check (length(btrim(name)) between 1 and 200),
    phone text check (phone ~ '^\+?[0-9 ()./-]{3,30}$'),
    app_metadata jsonb not null default '{}' check (jsonb_typeof(app_metadata) = 'object'),
    internal_metadata jsonb not null default '{}'
    check (jsonb_typeof(internal_metadata) = 'object'),
    merged_into_id uuid,
    erased_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, email_folded),
    foreign key (tenant_id, merged_into_id) references customers.customer (tenant_id, id),
    check (merged_into_id <> id),
    check (
        (merged_into_id is null and erased_at is null)
        or (
            email is null and name is null and phone is null
            and app_metadata = '{}' and internal_metadata = '{}'
        )
    )
);

create index customer_merged on customers.customer (tenant_id, merged_into_id)
where merged_into_id is not null;
call kernel.isolate('customers.customer');
grant select, insert, update on customers.customer to guilder_app;

create table customers.address (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    customer_id uuid not null,
    name text check (length(btrim(name)) between 1 and 200),
    company text check (length(btrim(company)) between 1 and 200),
    line1 text not null check (length(btrim(line1)) between 1 and 200),
    line2 text check (length(btrim(line2)) between 1 and 200),
    city text not null check (length(btrim(city)) between 1 and 200),
    region text check (length(btrim(region)) between 1 and 200),
    postal_code text check (length(btrim(postal_code)) between 1 and 20),
    country text not null check (country ~ '^[A-Z]{2}$'),
    phone text check (phone ~ '^\+?[0-9 ()./-]{3,30}$'),
    is_default_shipping boolean not null default false,
    is_default_billing boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customers.customer (tenant_id, id)
);

create index address_customer on customers.address (tenant_id, customer_id, id);
create unique index address_default_shipping on customers.address (tenant_id, customer_id)
where is_default_shipping;
create unique index address_default_billing on customers.address (tenant_id, customer_id)
where is_default_billing;
call kernel.isolate('customers.address');
grant select, insert, update, delete on customers.address to guilder_app;

-- How a customer is found: every word of the name and the e-mail, folded.
create table customers.search_word (
    tenant_id uuid not null default kernel.tenant(),
    word text collate "C" not null check (length(word) between 1 and 100),
    customer_id uuid not null,
    primary key (tenant_id, word, customer_id),
    foreign key (tenant_id, customer_id) references customers.customer (tenant_id, id)
);

create index search_word_customer on customers.search_word (tenant_id, customer_id, word);
call kernel.isolate('customers.search_word');
grant select, insert, delete on customers.search_word to guilder_app;
