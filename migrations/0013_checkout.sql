-- From a price to a paid order: carts, sessions, orders.

-- What a buyer is about to buy. Its currency is fixed when it is opened.
create table checkout.cart (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    customer_id uuid,
    email text check (email like '%_@_%' and length(email) <= 254),
    guest_email text generated always as (
        case when customer_id is null then kernel.fold(email) end
    ) stored,
    status text not null default 'open' check (status in ('open', 'ordered', 'merged', 'expired')),
    shipping_address jsonb check (jsonb_typeof(shipping_address) = 'object'),
    billing_address jsonb check (jsonb_typeof(billing_address) = 'object'),
    shipping_option_id uuid,
    vat_number text check (length(vat_number) between 4 and 20),
    promotion_codes jsonb not null default '[]' check (jsonb_typeof(promotion_codes) = 'array'),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    merged_into uuid,
    abandoned_at timestamptz,
    expires_at timestamptz not null,
    created_by text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customers.customer (tenant_id, id),
    foreign key (tenant_id, shipping_option_id)
    references checkout.shipping_option (tenant_id, id),
    foreign key (tenant_id, merged_into) references checkout.cart (tenant_id, id),
    check ((merged_into is not null) = (status = 'merged'))
);

create index cart_customer on checkout.cart (tenant_id, customer_id, id)
where customer_id is not null;
create index cart_guest on checkout.cart (tenant_id, guest_email) where guest_email is not null;
create index cart_shipping_option on checkout.cart (tenant_id, shipping_option_id)
where shipping_option_id is not null;
create index cart_merged on checkout.cart (tenant_id, merged_into) where merged_into is not null;
create index cart_expiry on checkout.cart (tenant_id, expires_at) where status = 'open';
create index cart_idle on checkout.cart (tenant_id, updated_at)
where status = 'open' and abandoned_at is null;
call kernel.isolate('checkout.cart');
call kernel.guard(
    'checkout.cart', 'status', 'open > ordered', 'open > merged', 'open > expired',
    'expired > ordered'
);
call kernel.preserve('checkout.cart', 'currency', 'created_by', 'created_at');
grant select, insert, update on checkout.cart to guilder_app;

create table checkout.cart_line (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    cart_id uuid not null,
    variant_id uuid not null,
    quantity bigint not null check (quantity between 1 and 1000000),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, cart_id, variant_id),
    foreign key (tenant_id, cart_id) references checkout.cart (tenant_id, id),
    foreign key (tenant_id, variant_id) references catalog.variant (tenant_id, id)
);

create index cart_line_variant on checkout.cart_line (tenant_id, variant_id);
call kernel.isolate('checkout.cart_line');
call kernel.preserve('checkout.cart_line', 'cart_id', 'variant_id', 'created_at');
grant select, insert, update, delete on checkout.cart_line to guilder_app;

-- The keys with which a tenant signs its handoffs. A key that signs no more is still published,
-- as long as something that it signed may be about.
create table checkout.signing_key (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    public_key bytea not null check (length(public_key) = 32),
    private_key bytea not null,
    retired_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id)
);

create unique index signing_key_current on checkout.signing_key (tenant_id)
where retired_at is null;
call kernel.isolate('checkout.signing_key');
call kernel.preserve('checkout.signing_key', 'public_key', 'private_key', 'created_at');
grant select, insert, update on checkout.signing_key to guilder_app;

-- The handoff of a cart to the payment page. What it says never changes; only what became of it.
-- The order's id is chosen here, so that whatever pays for it leads to one order.
create table checkout.session (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    cart_id uuid not null,
    order_id uuid not null default kernel.uuid7(),
    customer_id uuid,
    price_id uuid,
    status text not null default 'open'
    check (status in ('open', 'completed', 'expired', 'failed')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    total_minor bigint not null check (total_minor >= 0),
    snapshot jsonb not null check (jsonb_typeof(snapshot) = 'object'),
    snapshot_hash text not null check (snapshot_hash ~ '^[0-9a-f]{64}$'),
    buyer jsonb check (jsonb_typeof(buyer) = 'object'),
    told jsonb check (jsonb_typeof(told) = 'object'),
    guest_email text generated always as (
        case
            when customer_id is null
                then kernel.fold(coalesce(buyer ->> 'email', told ->> 'email'))
        end
    ) stored,
    key_id uuid not null,
    token text not null check (length(token) <= 4000),
    success_url text check (length(success_url) <= 2000),
    cancel_url text check (length(cancel_url) <= 2000),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    payment_id uuid,
    declines smallint not null default 0 check (declines >= 0),
    created_by text not null,
    expires_at timestamptz not null,
    completed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, order_id),
    foreign key (tenant_id, cart_id) references checkout.cart (tenant_id, id),
    foreign key (tenant_id, customer_id) references customers.customer (tenant_id, id),
    foreign key (tenant_id, price_id) references catalog.price (tenant_id, id),
    foreign key (tenant_id, key_id) references checkout.signing_key (tenant_id, id),
    foreign key (tenant_id, payment_id) references payments.payment (tenant_id, id),
    check (expires_at > created_at),
    check ((completed_at is not null) = (status = 'completed'))
);

create index session_cart on checkout.session (tenant_id, cart_id, id);
create index session_customer on checkout.session (tenant_id, customer_id, id)
where customer_id is not null;
create index session_guest on checkout.session (tenant_id, guest_email)
where guest_email is not null;
create index session_price on checkout.session (tenant_id, price_id) where price_id is not null;
create index session_key on checkout.session (tenant_id, key_id);
create index session_payment on checkout.session (tenant_id, payment_id)
where payment_id is not null;
create index session_expiry on checkout.session (tenant_id, expires_at) where status = 'open';
call kernel.isolate('checkout.session');
call kernel.guard(
    'checkout.session', 'status', 'open > completed', 'open > expired', 'open > failed'
);
call kernel.preserve(
    'checkout.session',
    'id', 'cart_id', 'order_id', 'price_id', 'currency', 'total_minor', 'snapshot_hash', 'key_id',
    'token', 'created_by', 'expires_at', 'created_at'
);

-- What a snapshot sells, without what was told beside.
create function checkout.without_metadata(snapshot jsonb) returns jsonb
language sql immutable parallel safe
return jsonb_set(snapshot, '{lines}', coalesce(
    (
        select jsonb_agg(line.told || '{"metadata": {}}' order by line.place)
        from jsonb_array_elements(snapshot -> 'lines') with ordinality as line (told, place)
    ),
    '[]'
));

grant execute on function checkout.without_metadata(jsonb) to guilder_app;

-- A guest may turn out to be a customer, and a person can be forgotten. Otherwise they stay who
-- they were, and what they told. What buyers tell at the payment page they may mend until it is
-- paid.
create trigger preserve_person before update on checkout.session for each row
when (
    (old.customer_id is not null and new.customer_id is distinct from old.customer_id)
    or (new.buyer is not null and new.buyer is distinct from old.buyer)
    or (
        old.status <> 'open' and new.told is not null and new.told is distinct from old.told
    )
    or (new.success_url is not null and new.success_url is distinct from old.success_url)
    or (new.cancel_url is not null and new.cancel_url is distinct from old.cancel_url)
    or (new.metadata <> '{}' and new.metadata <> old.metadata)
    or (new.snapshot <> old.snapshot and new.snapshot <> checkout.without_metadata(old.snapshot))
)
execute function kernel.refuse_change(
    'customer_id, buyer, told, success_url, cancel_url, metadata, snapshot'
);
grant select, insert, update on checkout.session to guilder_app;

-- The last number that each tenant gave to an order. It is taken in a transaction of its own, which
-- holds the row for a moment only: a sale that fails leaves a gap, and no sale waits for another.
create table checkout.number (
    tenant_id uuid not null primary key,
    last bigint not null
);

call kernel.isolate('checkout.number');

create function checkout.take_numbers(for_tenant uuid, count integer) returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
    first bigint;
begin
    perform kernel.require_system();
    insert into checkout.number as number (tenant_id, last) values (for_tenant, 1000 + count)
    on conflict (tenant_id) do update set last = number.last + count
    returning number.last - count + 1 into first;
    return first;
end
$$;

revoke execute on function checkout.take_numbers(uuid, integer) from public;
grant execute on function checkout.take_numbers(uuid, integer) to guilder_app;

-- What was bought, as it was at the moment of payment. Later changes of a product, a price or a
-- customer do not reach it.
create table checkout.placed_order (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null,
    number bigint not null check (number > 0),
    checkout_id uuid not null,
    cart_id uuid not null,
    payment_id uuid,
    customer_id uuid,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    subtotal_minor bigint not null check (subtotal_minor >= 0),
    discount_minor bigint not null check (discount_minor between 0 and subtotal_minor),
    shipping_minor bigint not null check (shipping_minor >= 0),
    tax_minor bigint not null check (tax_minor >= 0),
    total_minor bigint not null check (total_minor >= 0),
    shipping jsonb check (jsonb_typeof(shipping) = 'object'),
    discounts jsonb not null check (jsonb_typeof(discounts) = 'array'),
    taxes jsonb not null check (jsonb_typeof(taxes) = 'array'),
    is_reverse_charge boolean not null,
    payment_status text not null default 'paid'
    check (payment_status in ('paid', 'partially_refunded', 'refunded')),
    fulfilment_status text not null default 'unfulfilled' check (
        fulfilment_status in (
            'unfulfilled', 'partially_fulfilled', 'fulfilled', 'partially_returned', 'returned',
            'canceled'
        )
    ),
    refunded_minor bigint not null default 0 check (refunded_minor >= 0),
    refunding_minor bigint not null default 0 check (refunding_minor >= 0),
    refunds integer not null default 0 check (refunds >= 0),
    max_refunds integer not null check (max_refunds > 0),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    buyer jsonb check (jsonb_typeof(buyer) = 'object'),
    created_by text not null,
    canceled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, number),
    unique (tenant_id, checkout_id),
    foreign key (tenant_id, checkout_id) references checkout.session (tenant_id, id),
    foreign key (tenant_id, cart_id) references checkout.cart (tenant_id, id),
    foreign key (tenant_id, payment_id) references payments.payment (tenant_id, id),
    foreign key (tenant_id, customer_id) references customers.customer (tenant_id, id),
    check (refunded_minor + refunding_minor <= total_minor),
    check (refunds <= max_refunds),
    check ((payment_status = 'refunded') = (refunded_minor = total_minor and refunded_minor > 0)),
    check ((payment_status = 'partially_refunded') = (refunded_minor between 1 and total_minor - 1)),
    check ((canceled_at is not null) = (fulfilment_status = 'canceled'))
);

create index order_cart on checkout.placed_order (tenant_id, cart_id);
create index order_payment on checkout.placed_order (tenant_id, payment_id)
where payment_id is not null;
create index order_customer on checkout.placed_order (tenant_id, customer_id, number)
where customer_id is not null;
create index order_fulfilment on checkout.placed_order (tenant_id, fulfilment_status, number);
create index order_payment_status on checkout.placed_order (tenant_id, payment_status, number);
create index order_time on checkout.placed_order (tenant_id, created_at);
call kernel.isolate('checkout.placed_order');
call kernel.guard(
    'checkout.placed_order', 'payment_status',
    'paid > partially_refunded', 'paid > refunded', 'partially_refunded > refunded',
    'partially_refunded > paid', 'refunded > partially_refunded', 'refunded > paid'
);
call kernel.guard(
    'checkout.placed_order', 'fulfilment_status',
    'unfulfilled > partially_fulfilled', 'unfulfilled > fulfilled', 'unfulfilled > canceled',
    'partially_fulfilled > fulfilled', 'partially_fulfilled > unfulfilled',
    'partially_fulfilled > partially_returned', 'partially_fulfilled > returned',
    'fulfilled > partially_fulfilled', 'fulfilled > unfulfilled',
    'fulfilled > partially_returned', 'fulfilled > returned',
    'partially_returned > returned', 'partially_returned > fulfilled'
);
call kernel.preserve(
    'checkout.placed_order',
    'id', 'number', 'checkout_id', 'cart_id', 'payment_id', 'currency', 'subtotal_minor',
    'discount_minor', 'shipping_minor', 'tax_minor', 'total_minor', 'shipping', 'discounts',
    'taxes', 'is_reverse_charge', 'max_refunds', 'created_by', 'created_at'
);
-- A guest may turn out to be a customer, and a person can be forgotten; the books stay.
create trigger preserve_person before update on checkout.placed_order for each row
when (
    (old.customer_id is not null and new.customer_id is distinct from old.customer_id)
    or (new.buyer is not null and new.buyer is distinct from old.buyer)
    or (new.metadata <> '{}' and new.metadata <> old.metadata)
)
execute function kernel.refuse_change('customer_id, buyer, metadata');
grant select, insert, update on checkout.placed_order to guilder_app;

create table checkout.order_line (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    order_id uuid not null,
    position smallint not null,
    product_id uuid not null,
    variant_id uuid not null,
    product_name text not null,
    variant_name text,
    sku text not null,
    image text,
    unit_amount_decimal numeric not null check (
        unit_amount_decimal >= 0 and scale(unit_amount_decimal) <= 12
    ),
    quantity bigint not null check (quantity > 0),
    subtotal_minor bigint not null check (subtotal_minor >= 0),
    discount_minor bigint not null check (discount_minor between 0 and subtotal_minor),
    tax_minor bigint not null check (tax_minor >= 0),
    total_minor bigint not null check (total_minor >= 0),
    taxes jsonb not null check (jsonb_typeof(taxes) = 'array'),
    fulfilled bigint not null default 0 check (fulfilled between 0 and quantity),
    returned bigint not null default 0 check (returned between 0 and fulfilled),
    refunded bigint not null default 0 check (refunded between 0 and quantity),
    refunded_minor bigint not null default 0 check (refunded_minor between 0 and total_minor),
    awaited bigint not null default 0 check (awaited >= 0),
    restocked bigint not null default 0 check (restocked >= 0),
    primary key (tenant_id, id),
    unique (tenant_id, order_id, position),
    foreign key (tenant_id, order_id) references checkout.placed_order (tenant_id, id),
    check (fulfilled + restocked <= quantity),
    check (returned + awaited <= fulfilled)
);

call kernel.isolate('checkout.order_line');
call kernel.preserve(
    'checkout.order_line',
    'id', 'order_id', 'position', 'product_id', 'variant_id', 'product_name', 'variant_name', 'sku',
    'image', 'unit_amount_decimal', 'quantity', 'subtotal_minor', 'discount_minor', 'tax_minor',
    'total_minor', 'taxes'
);
grant select, insert, update on checkout.order_line to guilder_app;
