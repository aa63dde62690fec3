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
create index order_return_requested on checkout.order_return (tenant_id, created_at)
where status = 'requested';
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

-- An order's invoice. What was sold stands in the order; who sold it, as it was told that day.
create table checkout.invoice (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    order_id uuid not null,
    number bigint not null default 1 check (number > 0),
    seller jsonb not null check (jsonb_typeof(seller) = 'object'),
    created_by text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, order_id),
    unique (tenant_id, number),
    foreign key (tenant_id, order_id) references checkout.placed_order (tenant_id, id)
);

call kernel.isolate('checkout.invoice');
call kernel.preserve(
    'checkout.invoice', 'id', 'order_id', 'number', 'seller', 'created_by', 'created_at'
);
grant select, insert on checkout.invoice to guilder_app;

-- Whatever number is asked for, an invoice gets the one after the last: none is left out, since
-- whoever comes next waits until this one is there or is not. None is ever deleted.
create function checkout.number_invoice() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('checkout.invoice ' || new.tenant_id, 0));
    select coalesce(max(invoice.number), 0) + 1
    into new.number
    from checkout.invoice
    where invoice.tenant_id = new.tenant_id;
    -- Not when the transaction began: days rise with their numbers, also where one had to wait.
    new.created_at = clock_timestamp();
    return new;
end
$$;

create trigger numbered before insert on checkout.invoice
for each row execute function checkout.number_invoice();

-- After how long a cart that nobody touches counts as left; a tenant who has not said is told.
create function checkout.abandoned_after(for_tenant uuid, otherwise_minutes integer)
returns interval
language sql stable
return make_interval(mins => coalesce(
    (
        select settings.abandoned_minutes
        from checkout.settings
        where settings.tenant_id = for_tenant
    ),
    otherwise_minutes
));

grant execute on function checkout.abandoned_after(uuid, integer) to guilder_app;

-- Whether somebody pays for a cart, in time or late: it is about to be ordered.
create function checkout.is_being_paid(for_tenant uuid, for_cart uuid) returns boolean
language sql stable
return exists (
    select from checkout.session
    inner join payments.payment
        on session.tenant_id = payment.tenant_id and session.payment_id = payment.id
    where
        session.tenant_id = for_tenant
        and session.cart_id = for_cart
        and not payments.has_come_to_nothing(payment.status)
        and (
            session.status = 'open'
            or (session.status = 'expired' and payment.status not in ('succeeded', 'refunded'))
        )
);

-- Whether a cart lies at the payment page: its buyer has not left it.
create function checkout.is_handed_over(for_tenant uuid, for_cart uuid) returns boolean
language sql stable
return checkout.is_being_paid(for_tenant, for_cart) or exists (
    select from checkout.session
    where
        session.tenant_id = for_tenant
        and session.cart_id = for_cart
        and session.status = 'open'
        and session.expires_at > now()
);

grant execute on function
checkout.is_being_paid(uuid, uuid), checkout.is_handed_over(uuid, uuid)
to guilder_app;

-- Whether some cart of a tenant was left, or has come to its end, as far as the indexes tell.
create function checkout.has_due_carts(for_tenant uuid, abandoned_minutes integer) returns boolean
language sql stable
return exists (
    select from checkout.cart
    where cart.tenant_id = for_tenant and cart.status = 'open' and cart.expires_at <= now()
) or exists (
    select from checkout.cart
    where
        cart.tenant_id = for_tenant
        and cart.status = 'open'
        and cart.abandoned_at is null
        and cart.updated_at <= now() - checkout.abandoned_after(for_tenant, abandoned_minutes)
);

-- The tenants with such carts, in the order of their ids. It goes from one tenant to the next by an
-- index, so that it matters little how many carts each of them has.
create function checkout.tenants_of_due_carts(
    abandoned_minutes integer, after_tenant uuid, most integer
) returns setof uuid
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    with recursive seller as (
        select coalesce(after_tenant, '00000000-0000-0000-0000-000000000000'::uuid) as id
        union all
        select (
            select cart.tenant_id
            from checkout.cart
            where cart.status = 'open' and cart.tenant_id > seller.id
            order by cart.tenant_id
            limit 1
        )
        from seller
        where seller.id is not null
    )

    select seller.id
    from seller
    where seller.id > coalesce(after_tenant, '00000000-0000-0000-0000-000000000000'::uuid)
    and checkout.has_due_carts(seller.id, abandoned_minutes)
    limit most;
end
$$;

grant execute on function checkout.tenants_of_due_carts(integer, uuid, integer) to guilder_app;
