-- What is added to a price and taken off it: settings, promotions, taxes, shipping.
create schema checkout;
grant usage on schema checkout to guilder_app;

-- How a tenant sells. A tenant without a row sells by the defaults.
create table checkout.settings (
    tenant_id uuid not null default kernel.tenant() primary key,
    seller_country text check (seller_country ~ '^[A-Z]{2}$'),
    seller_region text check (length(seller_region) between 1 and 50),
    vat_number text check (length(vat_number) between 4 and 20),
    checkout_minutes integer not null check (checkout_minutes between 1 and 1440),
    cart_days integer not null check (cart_days between 1 and 365),
    abandoned_minutes integer not null check (abandoned_minutes between 1 and 43200),
    max_refunds integer not null check (max_refunds between 1 and 1000),
    logo_url text check (logo_url ~ '^https://' and length(logo_url) <= 2000),
    brand_color text check (brand_color ~ '^#[0-9a-f]{6}$'),
    support_email text check (support_email like '%_@_%' and length(support_email) <= 254),
    seller_address jsonb check (jsonb_typeof(seller_address) = 'object'),
    send_receipts boolean not null,
    issue_invoices boolean not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

call kernel.isolate('checkout.settings');
grant select, insert, update on checkout.settings to guilder_app;

-- What is taken off, for whom and how often. Where the uses are limited, `uses` counts those that
-- are held and those that were used. An automatic promotion stands under the empty code.
create table checkout.promotion (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    code text check (code ~ '^[^\s]{1,60}$'),
    code_folded text not null generated always as (coalesce(kernel.fold(code), '')) stored,
    name text not null check (length(btrim(name)) between 1 and 200),
    kind text not null check (kind in ('percentage', 'fixed')),
    percentage numeric(7, 4) check (percentage > 0 and percentage <= 100),
    amount_minor bigint check (amount_minor > 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    minimum_minor bigint check (minimum_minor > 0),
    max_uses bigint check (max_uses > 0),
    max_uses_per_customer bigint check (max_uses_per_customer > 0),
    uses bigint not null default 0 check (uses >= 0),
    is_stackable boolean not null default false,
    is_active boolean not null default true,
    product_ids jsonb check (jsonb_typeof(product_ids) = 'array'),
    starts_at timestamptz not null default now(),
    ends_at timestamptz,
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    check ((kind = 'percentage') = (percentage is not null)),
    check ((kind = 'fixed') = (amount_minor is not null)),
    check ((amount_minor is null and minimum_minor is null) or currency is not null),
    check (max_uses is null or uses <= max_uses),
    check (ends_at is null or ends_at > starts_at)
);

create unique index promotion_code on checkout.promotion (tenant_id, code_folded)
where code is not null;
create index promotion_active on checkout.promotion (tenant_id, code_folded) where is_active;
call kernel.isolate('checkout.promotion');
call kernel.preserve(
    'checkout.promotion', 'id', 'code', 'kind', 'percentage', 'amount_minor', 'currency',
    'minimum_minor', 'product_ids', 'is_stackable', 'starts_at', 'created_at'
);
grant select, insert, update on checkout.promotion to guilder_app;

-- One use of a promotion: held by a checkout, used by its order, or released again. A buyer's
-- uses are numbered where they are limited, so the same use cannot be taken twice at once.
create table checkout.redemption (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    promotion_id uuid not null,
    holder_id uuid not null,
    buyer text check (length(buyer) between 1 and 300),
    ordinal bigint check (ordinal > 0),
    status text not null default 'held' check (status in ('held', 'used', 'released')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, holder_id, promotion_id),
    foreign key (tenant_id, promotion_id) references checkout.promotion (tenant_id, id),
    check (ordinal is null or buyer is not null)
);

create index redemption_promotion on checkout.redemption (tenant_id, promotion_id, id)
include (status);
create unique index redemption_buyer on checkout.redemption (
    tenant_id, promotion_id, buyer, ordinal
) where buyer is not null and status <> 'released';
call kernel.isolate('checkout.redemption');
call kernel.guard(
    'checkout.redemption', 'status', 'held > used', 'held > released', 'released > used'
);
call kernel.preserve(
    'checkout.redemption', 'id', 'promotion_id', 'holder_id', 'created_at'
);
-- Whose use it was can be forgotten: of a guest it is a hash of their e-mail, which can be guessed.
create trigger preserve_buyer before update on checkout.redemption for each row
when (new.buyer is not null and new.buyer is distinct from old.buyer)
execute function kernel.refuse_change('buyer');
grant select, insert, update on checkout.redemption to guilder_app;

-- What a country, or a region of it, asks for. All rates of a place that fit a category are added.
create table checkout.tax_rate (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    name text not null check (length(btrim(name)) between 1 and 100),
    country text not null check (country ~ '^[A-Z]{2}$'),
    region text check (length(region) between 1 and 50),
    category text not null default 'standard' check (category ~ '^[a-z][a-z0-9_]{0,39}$'),
    percentage numeric(7, 4) not null check (percentage >= 0 and percentage <= 100),
    is_inclusive boolean not null default false,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique nulls not distinct (tenant_id, country, region, category, name)
);

call kernel.isolate('checkout.tax_rate');
call kernel.preserve(
    'checkout.tax_rate', 'id', 'name', 'country', 'region', 'category', 'created_at'
);
grant select, insert, update, delete on checkout.tax_rate to guilder_app;

-- How goods may travel, where to, how heavy, and for how much.
create table checkout.shipping_option (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    name text not null check (length(btrim(name)) between 1 and 100),
    countries jsonb check (jsonb_typeof(countries) = 'array'),
    min_weight_grams bigint check (min_weight_grams >= 0),
    max_weight_grams bigint check (max_weight_grams >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint not null check (amount_minor >= 0),
    free_from_minor bigint check (free_from_minor > 0),
    tax_category text not null default 'standard' check (tax_category ~ '^[a-z][a-z0-9_]{0,39}$'),
    delivery_days integer check (delivery_days between 0 and 365),
    position smallint not null default 0,
    is_active boolean not null default true,
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    check (max_weight_grams >= min_weight_grams)
);

call kernel.isolate('checkout.shipping_option');
grant select, insert, update on checkout.shipping_option to guilder_app;
