-- After the sale: what is sent, what comes back, and what is given back.
-- How many pieces and how much money that may be is counted on the order and its lines, which
-- whoever writes here has locked; their checks refuse what would be too much.

create table checkout.refund (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    order_id uuid not null,
    ordinal integer not null check (ordinal > 0),
    amount_minor bigint not null check (amount_minor > 0),
    shipping_minor bigint not null check (shipping_minor between 0 and amount_minor),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    reason text check (length(reason) <= 500),
    restocks boolean not null,
    lines jsonb not null check (jsonb_typeof(lines) = 'array'),
    status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed')),
    transaction_ids uuid[] not null default '{}',
    created_by text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, order_id, ordinal),
    foreign key (tenant_id, order_id) references checkout.placed_order (tenant_id, id)
);

call kernel.isolate('checkout.refund');
call kernel.guard(
    'checkout.refund', 'status', 'pending > succeeded', 'pending > failed', 'succeeded > failed'
);
call kernel.preserve(
    'checkout.refund',
    'id', 'order_id', 'ordinal', 'amount_minor', 'shipping_minor', 'currency', 'reason', 'restocks',
    'lines', 'created_by', 'created_at'
);
grant select, insert, update on checkout.refund to guilder_app;

-- A parcel. Who brought it to its end, and when, stands beside it.
create table checkout.fulfilment (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    order_id uuid not null,
    status text not null default 'shipped' check (status in ('shipped', 'delivered', 'canceled')),
    lines jsonb not null check (jsonb_typeof(lines) = 'array'),
    carrier text check (length(carrier) <= 100),
    tracking_number text check (length(tracking_number) <= 100),
    tracking_url text check (length(tracking_url) <= 2000),
    created_by text not null,
    ended_by text,
    ended_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, order_id) references checkout.placed_order (tenant_id, id),
    check ((ended_at is null) = (status = 'shipped')),
    check ((ended_at is null) = (ended_by is null))
);

create index fulfilment_order on checkout.fulfilment (tenant_id, order_id, id);
call kernel.isolate('checkout.fulfilment');
call kernel.guard('checkout.fulfilment', 'status', 'shipped > delivered', 'shipped > canceled');
call kernel.preserve(
    'checkout.fulfilment', 'id', 'order_id', 'lines', 'created_by', 'created_at'
);
grant select, insert, update on checkout.fulfilment to guilder_app;

create table checkout.order_return (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    order_id uuid not null,
    status text not null default 'requested'
    check (status in ('requested', 'received', 'rejected', 'canceled')),
    lines jsonb not null check (jsonb_typeof(lines) = 'array'),
    reason text check (length(reason) <= 500),
    is_restocked boolean,
    refund_id uuid,
    created_by text not null,
    ended_by text,
    ended_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, order_id) references checkout.placed_order (tenant_id, id),
    foreign key (tenant_id, refund_id) references checkout.refund (tenant_id, id),
    check ((is_restocked is not null) = (status = 'received')),
    check (refund_id is null or status = 'received'),
    check ((ended_at is null) = (status = 'requested')),
    check ((ended_at is null) = (ended_by is null))
);

create index order_return_order on checkout.order_return (tenant_id, order_id, id);
create index order_return_refund on checkout.order_return (tenant_id, refund_id)
where refund_id is not null;
call kernel.isolate('checkout.order_return');
call kernel.guard(
    'checkout.order_return', 'status',
    'requested > received', 'requested > rejected', 'requested > canceled'
);
call kernel.preserve(
    'checkout.order_return', 'id', 'order_id', 'lines', 'reason', 'created_by', 'created_at'
);
grant select, insert, update on checkout.order_return to guilder_app;

-- An order is canceled once, so the order's id is the cancellation's.
create table checkout.cancellation (
    tenant_id uuid not null default kernel.tenant(),
    order_id uuid not null,
    reason text check (length(reason) <= 500),
    is_restocked boolean not null,
    refund_id uuid,
    created_by text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, order_id),
    foreign key (tenant_id, order_id) references checkout.placed_order (tenant_id, id),
    foreign key (tenant_id, refund_id) references checkout.refund (tenant_id, id)
);

create index cancellation_refund on checkout.cancellation (tenant_id, refund_id)
where refund_id is not null;
call kernel.isolate('checkout.cancellation');
grant select, insert on checkout.cancellation to guilder_app;
