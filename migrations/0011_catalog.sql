-- What is sold, for how much, and how many are left.
create schema catalog;
grant usage on schema catalog to guilder_app;

create table catalog.product (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    name text not null check (length(btrim(name)) between 1 and 250),
    description text check (length(description) <= 5000),
    billing_type text not null check (billing_type in ('one_time', 'recurring', 'metered')),
    is_active boolean not null default true,
    currency text check (currency ~ '^[A-Z]{3}$'),
    settlement_asset text check (length(settlement_asset) between 1 and 100),
    tax_category text not null default 'standard' check (tax_category ~ '^[a-z][a-z0-9_]{0,39}$'),
    options jsonb not null default '[]' check (jsonb_typeof(options) = 'array'),
    images jsonb not null default '[]' check (jsonb_typeof(images) = 'array'),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id)
);

call kernel.isolate('catalog.product');
grant select, insert, update on catalog.product to guilder_app;

-- A variant is never deleted, so that a product goes on having one; it is no longer sold instead.
-- The folded SKU stands beside the SKU, because an index on a function is not used under row
-- security.
create table catalog.variant (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    product_id uuid not null,
    sku text not null check (length(btrim(sku)) between 1 and 100),
    sku_folded text not null generated always as (kernel.fold(sku)) stored,
    name text check (length(btrim(name)) between 1 and 250),
    options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
    weight_grams bigint check (weight_grams between 0 and 100000000),
    is_active boolean not null default true,
    position smallint not null default 0,
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, sku_folded),
    foreign key (tenant_id, product_id) references catalog.product (tenant_id, id)
);

create index variant_product on catalog.variant (tenant_id, product_id, position, id);
call kernel.isolate('catalog.variant');
grant select, insert, update on catalog.variant to guilder_app;

-- A price is never changed: another takes its place, and the old one stays as history.
-- It counts smallest units of its currency and may be finer than one.
create table catalog.price (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    variant_id uuid not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    unit_amount_decimal numeric(28, 12) not null check (unit_amount_decimal >= 0),
    kind text not null check (kind in ('list', 'sale')),
    starts_at timestamptz not null default now(),
    ends_at timestamptz,
    replaced_at timestamptz,
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_by text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, variant_id) references catalog.variant (tenant_id, id),
    check (ends_at is null or (kind = 'sale' and ends_at > starts_at))
);

create unique index price_list on catalog.price (tenant_id, variant_id, currency)
where kind = 'list' and replaced_at is null;
create index price_variant on catalog.price (tenant_id, variant_id, id);
create index price_sale on catalog.price (tenant_id, variant_id, currency, ends_at)
where kind = 'sale' and replaced_at is null;
call kernel.isolate('catalog.price');
call kernel.preserve(
    'catalog.price',
    'variant_id', 'currency', 'unit_amount_decimal', 'kind', 'starts_at', 'ends_at', 'created_by',
    'created_at'
);
grant select, insert, update on catalog.price to guilder_app;

-- How a product is found: every word of its names and SKUs, folded.
create table catalog.search_word (
    tenant_id uuid not null default kernel.tenant(),
    word text collate "C" not null check (length(word) between 1 and 100),
    product_id uuid not null,
    primary key (tenant_id, word, product_id),
    foreign key (tenant_id, product_id) references catalog.product (tenant_id, id)
);

create index search_word_product on catalog.search_word (tenant_id, product_id, word);
call kernel.isolate('catalog.search_word');
grant select, insert, delete on catalog.search_word to guilder_app;

-- How many of a variant there are. A variant without a row is not counted, and never runs out.
-- What is sold beyond what is there waits as backordered, so nothing is ever negative.
create table catalog.stock (
    tenant_id uuid not null default kernel.tenant(),
    variant_id uuid not null,
    on_hand bigint not null default 0 check (on_hand between 0 and 1000000000000),
    reserved bigint not null default 0 check (reserved between 0 and 1000000000000),
    backordered bigint not null default 0 check (backordered between 0 and 1000000000000),
    allows_backorder boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, variant_id),
    foreign key (tenant_id, variant_id) references catalog.variant (tenant_id, id),
    check (allows_backorder or (reserved <= on_hand and backordered = 0))
);

call kernel.isolate('catalog.stock');
grant select, insert, update on catalog.stock to guilder_app;

-- Units kept for somebody who is about to pay. The holder is a checkout.
create table catalog.reservation (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    holder_id uuid not null,
    variant_id uuid not null,
    quantity bigint not null check (quantity between 1 and 1000000000),
    status text not null default 'held' check (status in ('held', 'sold', 'released')),
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, holder_id, variant_id),
    foreign key (tenant_id, variant_id) references catalog.stock (tenant_id, variant_id)
);

create index reservation_variant on catalog.reservation (tenant_id, variant_id, id);
call kernel.isolate('catalog.reservation');
call kernel.guard(
    'catalog.reservation', 'status', 'held > sold', 'held > released', 'released > sold'
);
call kernel.preserve(
    'catalog.reservation', 'id', 'holder_id', 'variant_id', 'quantity', 'created_at'
);
grant select, insert, update on catalog.reservation to guilder_app;

-- Every change of what is on hand that no sale explains, with its reason. Never changed.
-- Of what came in, so many were filled into sales that had waited for them.
create table catalog.adjustment (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    variant_id uuid not null,
    delta bigint not null check (delta between -1000000000000 and 1000000000000),
    filled bigint not null default 0 check (filled between 0 and 1000000000000),
    on_hand bigint not null check (on_hand >= 0),
    reason text not null check (
        reason in ('received', 'counted', 'damaged', 'lost', 'returned', 'imported', 'other')
    ),
    note text check (length(note) <= 500),
    reference text check (length(reference) <= 100),
    created_by text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, variant_id) references catalog.stock (tenant_id, variant_id)
);

create index adjustment_variant on catalog.adjustment (tenant_id, variant_id, id);
call kernel.isolate('catalog.adjustment');
grant select, insert on catalog.adjustment to guilder_app;
