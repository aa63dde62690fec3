-- Money taken and returned, on any rail.
create schema payments;
grant usage on schema payments to guilder_app;

-- The gateways of a tenant. Secrets are sealed; the settings beside them are not secret.
create table payments.gateway (
    tenant_id uuid not null default kernel.tenant(),
    name text not null check (name in ('sandbox', 'stripe', 'paypal')),
    is_enabled boolean not null,
    position smallint not null,
    settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
    secrets bytea,
    secret_hints jsonb not null default '{}' check (jsonb_typeof(secret_hints) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, name)
);

call kernel.isolate('payments.gateway');
grant select, insert, update, delete on payments.gateway to guilder_app;

-- The rules by which a payment finds its gateway, in their order.
create table payments.routing (
    tenant_id uuid not null default kernel.tenant() primary key,
    rules jsonb not null check (jsonb_typeof(rules) = 'array'),
    updated_at timestamptz not null default now()
);

call kernel.isolate('payments.routing');
grant select, insert, update on payments.routing to guilder_app;

-- A tenant's gateways in their order, and its rules, as routing reads them.
create function payments.accounts_of(for_tenant uuid) returns jsonb
language sql stable
return (
    select coalesce(
        jsonb_agg(
            jsonb_build_object('name', gateway.name, 'is_enabled', gateway.is_enabled)
            order by gateway.position, gateway.name
        ),
        '[]'
    )
    from payments.gateway
    where gateway.tenant_id = for_tenant
);

create function payments.rules_of(for_tenant uuid) returns jsonb
language sql stable
return coalesce(
    (select routing.rules from payments.routing where routing.tenant_id = for_tenant), '[]'
);

grant execute on function payments.accounts_of(uuid), payments.rules_of(uuid) to guilder_app;

create table payments.method (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    gateway text not null,
    token text not null check (length(token) between 1 and 255),
    gateway_customer text,
    customer_id uuid,
    type text not null check (length(type) between 1 and 40),
    brand text check (length(brand) <= 40),
    last_four text check (last_four ~ '^[0-9A-Za-z]{4}$'),
    fingerprint text check (length(fingerprint) <= 100),
    expiry_month smallint check (expiry_month between 1 and 12),
    expiry_year smallint check (expiry_year between 2000 and 9999),
    country text check (country ~ '^[A-Z]{2}$'),
    is_default boolean not null default false,
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    detached_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customers.customer (tenant_id, id),
    check ((expiry_month is null) = (expiry_year is null)),
    check (not is_default or (customer_id is not null and detached_at is null))
);

create index method_customer on payments.method (tenant_id, customer_id)
where customer_id is not null;
create unique index method_token on payments.method (tenant_id, gateway, token)
where detached_at is null;
create unique index method_default on payments.method (tenant_id, customer_id)
where is_default;
call kernel.isolate('payments.method');
grant select, insert, update on payments.method to guilder_app;

-- Where a payment takes no money any more, so that another may be made in its place.
create function payments.has_come_to_nothing(status text) returns boolean
language sql immutable parallel safe
return status in ('failed', 'canceled');

grant execute on function payments.has_come_to_nothing(text) to guilder_app;

create table payments.payment (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    order_id text check (length(order_id) between 1 and 100),
    user_id uuid,
    customer_id uuid,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    status text not null default 'pending' check (
        status in (
            'pending', 'requires_action', 'processing', 'authorized', 'succeeded', 'refunded',
            'failed', 'canceled'
        )
    ),
    capture text not null check (capture in ('automatic', 'manual')),
    gateway text,
    route_reason text,
    gateway_payment_intent_id text check (length(gateway_payment_intent_id) <= 255),
    description text check (length(description) <= 1000),
    statement_descriptor text check (length(statement_descriptor) <= 22),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    payment_method_id uuid,
    payment_method_token text check (length(payment_method_token) <= 255),
    instrument jsonb check (jsonb_typeof(instrument) = 'object'),
    is_off_session boolean not null default false,
    country text check (country ~ '^[A-Z]{2}$'),
    return_url text check (length(return_url) <= 2000),
    action_url text,
    idempotency_key text check (length(idempotency_key) between 1 and 255),
    request_identifier text check (length(request_identifier) between 1 and 255),
    authorized_minor bigint not null default 0,
    captured_minor bigint not null default 0,
    capturing_minor bigint not null default 0,
    refunded_minor bigint not null default 0,
    refunding_minor bigint not null default 0,
    disputed_minor bigint not null default 0,
    last_error_code text,
    last_error_message text,
    created_by text not null,
    canceled_by text,
    cancellation_reason text check (length(cancellation_reason) <= 500),
    expires_at timestamptz,
    action_expires_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customers.customer (tenant_id, id),
    foreign key (tenant_id, payment_method_id) references payments.method (tenant_id, id),
    check (authorized_minor between 0 and amount_minor),
    check (captured_minor >= 0 and capturing_minor >= 0),
    check (captured_minor + capturing_minor <= authorized_minor),
    check (refunded_minor >= 0 and refunding_minor >= 0 and disputed_minor >= 0),
    check (refunded_minor + refunding_minor + disputed_minor <= captured_minor),
    check (status not in ('succeeded', 'refunded') or captured_minor > 0),
    check (status <> 'refunded' or refunded_minor = captured_minor),
    check (status <> 'authorized' or authorized_minor > 0),
    check (status in ('authorized', 'succeeded', 'refunded') or captured_minor = 0),
    check (status <> 'requires_action' or action_url is not null),
    check (action_expires_at is null or status = 'requires_action'),
    check ((canceled_by is not null) = (status = 'canceled')),
    check (cancellation_reason is null or status = 'canceled')
);

create index payment_time on payments.payment (tenant_id, created_at, id);
create index payment_status on payments.payment (tenant_id, status, created_at, id);
create index payment_order on payments.payment (tenant_id, order_id, id)
where order_id is not null;
create index payment_user on payments.payment (tenant_id, user_id, id)
where user_id is not null;
create index payment_customer on payments.payment (tenant_id, customer_id, id)
where customer_id is not null;
create index payment_method on payments.payment (tenant_id, payment_method_id)
where payment_method_id is not null;
create index payment_intent on payments.payment (tenant_id, gateway_payment_intent_id)
where gateway_payment_intent_id is not null;

-- The same key of the same user charges once: a payment that has neither failed nor been canceled
-- holds it. Where no user is named, the key belongs to whoever asked.
create unique index payment_key on payments.payment (
    tenant_id, coalesce(user_id::text, created_by), idempotency_key
) where idempotency_key is not null and not payments.has_come_to_nothing(status);
create unique index payment_request on payments.payment (tenant_id, order_id, request_identifier)
where order_id is not null and request_identifier is not null
and not payments.has_come_to_nothing(status);

call kernel.isolate('payments.payment');
call kernel.guard(
    'payments.payment', 'status',
    'pending > requires_action', 'pending > processing', 'pending > authorized',
    'pending > succeeded', 'pending > failed', 'pending > canceled',
    'requires_action > processing', 'requires_action > authorized',
    'requires_action > succeeded', 'requires_action > failed', 'requires_action > canceled',
    'processing > requires_action', 'processing > authorized', 'processing > succeeded',
    'processing > failed', 'processing > canceled',
    'authorized > succeeded', 'authorized > canceled',
    'succeeded > refunded', 'refunded > succeeded'
);
grant select, insert, update on payments.payment to guilder_app;

-- One movement at a gateway, written before it is asked for. While it is open nobody knows
-- what became of it; while it waits, the buyer has to act.
create table payments.transaction (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    payment_id uuid not null,
    parent_id uuid,
    type text not null check (type in ('authorization', 'capture', 'refund', 'void', 'chargeback')),
    status text not null default 'open'
    check (status in ('open', 'waiting', 'succeeded', 'failed')),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    gateway text not null,
    gateway_reference text check (length(gateway_reference) <= 255),
    is_final boolean not null default false,
    fee_minor bigint,
    reason text check (length(reason) <= 500),
    error_code text,
    error_message text,
    held_until timestamptz,
    created_by text not null,
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, payment_id) references payments.payment (tenant_id, id),
    foreign key (tenant_id, parent_id) references payments.transaction (tenant_id, id),
    check ((finished_at is not null) = (status in ('succeeded', 'failed'))),
    check (error_code is null or status = 'failed'),
    check (parent_id is null or type <> 'authorization')
);

create index transaction_payment on payments.transaction (tenant_id, payment_id, id);
create index transaction_parent on payments.transaction (tenant_id, parent_id)
where parent_id is not null;

-- What moved at a gateway in a span of time, beside the gateway's own list.
create index transaction_moved on payments.transaction (tenant_id, gateway, finished_at)
where status = 'succeeded';

-- A payment is charged at most once: a second attempt begins when the first has surely failed.
create unique index transaction_charge on payments.transaction (tenant_id, payment_id)
where parent_id is null and type in ('authorization', 'capture') and status <> 'failed';
-- What still needs its gateway, which is not taken away before.
create index transaction_open on payments.transaction (tenant_id, gateway)
where status in ('open', 'waiting');
-- What was not given back after all, which somebody has to see.
create index transaction_refund_failed on payments.transaction (tenant_id, finished_at)
where type = 'refund' and status = 'failed';
-- What the gateway did once is entered once.
create unique index transaction_reference on payments.transaction (
    tenant_id, gateway, gateway_reference, type
) where gateway_reference is not null;

call kernel.isolate('payments.transaction');
call kernel.guard(
    'payments.transaction', 'status',
    'open > waiting', 'open > succeeded', 'open > failed',
    'waiting > succeeded', 'waiting > failed',
    'succeeded > failed'
);
grant select, insert, update on payments.transaction to guilder_app;

-- What a gateway told on its own, as it came.
create table payments.notice (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    gateway text not null,
    gateway_notice_id text not null check (length(gateway_notice_id) between 1 and 255),
    type text not null check (length(type) <= 255),
    intent text check (length(intent) <= 255),
    dispute text check (length(dispute) <= 255),
    payload bytea not null,
    applied_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, gateway, gateway_notice_id)
);

call kernel.isolate('payments.notice');
grant select, insert, update on payments.notice to guilder_app;

create table payments.dispute (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    payment_id uuid not null,
    gateway text not null,
    gateway_dispute_id text not null check (length(gateway_dispute_id) between 1 and 255),
    status text not null check (status in ('open', 'under_review', 'won', 'lost')),
    is_inquiry boolean not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    fee_minor bigint not null default 0,
    reason text not null check (length(reason) <= 255),
    evidence text check (length(evidence) <= 20000),
    evidence_due_at timestamptz,
    evidence_sent_at timestamptz,
    closed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, gateway, gateway_dispute_id),
    foreign key (tenant_id, payment_id) references payments.payment (tenant_id, id),
    check ((closed_at is not null) = (status in ('won', 'lost')))
);

create index dispute_payment on payments.dispute (tenant_id, payment_id);
create index dispute_open on payments.dispute (tenant_id, evidence_due_at) where status = 'open';
call kernel.isolate('payments.dispute');
call kernel.guard(
    'payments.dispute', 'status',
    'open > under_review', 'open > won', 'open > lost', 'under_review > open',
    'under_review > won', 'under_review > lost'
);
grant select, insert, update on payments.dispute to guilder_app;

-- What the gateway's list and ours say of the same span of time.
create table payments.reconciliation (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    gateway text not null,
    since timestamptz not null,
    until timestamptz not null,
    status text not null default 'running' check (
        status in ('running', 'agreed', 'differs', 'failed')
    ),
    movements integer not null default 0,
    differences jsonb not null default '[]' check (jsonb_typeof(differences) = 'array'),
    difference_count integer not null default 0,
    error_message text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (tenant_id, id),
    check (since < until),
    check ((finished_at is not null) = (status <> 'running'))
);

call kernel.isolate('payments.reconciliation');
call kernel.guard(
    'payments.reconciliation', 'status',
    'running > agreed', 'running > differs', 'running > failed'
);
grant select, insert, update on payments.reconciliation to guilder_app;

-- The accounts at which money moved lately, of all tenants. What the sandbox takes is not money.
create function payments.moving_accounts(
    lately interval, after_tenant uuid, after_gateway text, most integer
)
returns table (tenant_id uuid, gateway text)
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    select account.tenant_id, account.name
    from payments.gateway as account
    where account.name <> 'sandbox'
    and (
        after_tenant is null
        or (account.tenant_id, account.name) > (after_tenant, after_gateway)
    )
    and exists (
        select from payments.transaction as moved
        where moved.tenant_id = account.tenant_id and moved.gateway = account.name
        and moved.status = 'succeeded' and moved.finished_at > now() - lately
    )
    order by account.tenant_id, account.name
    limit most;
end
$$;

grant execute on function payments.moving_accounts(interval, uuid, text, integer) to guilder_app;

-- Whether the books agree, where that is too much to be read while a request waits.
create table payments.ledger_check (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    status text not null default 'running' check (status in ('running', 'finished', 'failed')),
    findings jsonb check (jsonb_typeof(findings) = 'object'),
    error_message text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (tenant_id, id),
    check ((finished_at is not null) = (status <> 'running')),
    check ((findings is not null) = (status = 'finished'))
);

-- One at a time for each tenant.
create unique index ledger_check_running on payments.ledger_check (tenant_id)
where status = 'running';
call kernel.isolate('payments.ledger_check');
call kernel.guard(
    'payments.ledger_check', 'status', 'running > finished', 'running > failed'
);
grant select, insert, update on payments.ledger_check to guilder_app;
