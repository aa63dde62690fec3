-- The sandbox's own books: what a gateway would keep on its side. Payments read them only through
-- the adapter, as they would ask any gateway.
create table payments.sandbox_movement (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null,
    intent text not null check (length(intent) between 1 and 255),
    kind text not null check (kind in ('charge', 'hold', 'capture', 'refund', 'void', 'stop')),
    status text not null check (status in ('done', 'waiting', 'declined')),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    token text,
    code text,
    return_url text,
    is_final boolean not null default false,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id)
);

create index sandbox_movement_intent on payments.sandbox_movement (tenant_id, intent);
create index sandbox_movement_time on payments.sandbox_movement (tenant_id, created_at);
call kernel.isolate('payments.sandbox_movement');
call kernel.guard(
    'payments.sandbox_movement', 'status', 'waiting > done', 'waiting > declined'
);
grant select, insert, update on payments.sandbox_movement to guilder_app;

create table payments.sandbox_dispute (
    tenant_id uuid not null default kernel.tenant(),
    id text not null check (length(id) between 1 and 255),
    intent text not null check (length(intent) between 1 and 255),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    status text not null default 'open' check (status in ('open', 'under_review', 'won', 'lost')),
    evidence text check (length(evidence) <= 20000),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id)
);

create index sandbox_dispute_intent on payments.sandbox_dispute (tenant_id, intent);
call kernel.isolate('payments.sandbox_dispute');
call kernel.guard(
    'payments.sandbox_dispute', 'status',
    'open > under_review', 'open > won', 'open > lost', 'under_review > won', 'under_review > lost'
);
grant select, insert, update on payments.sandbox_dispute to guilder_app;

create table payments.sandbox_instrument (
    tenant_id uuid not null default kernel.tenant(),
    token text not null check (length(token) between 1 and 255),
    customer text not null check (length(customer) between 1 and 255),
    created_at timestamptz not null default now(),
    forgotten_at timestamptz,
    primary key (tenant_id, token)
);

call kernel.isolate('payments.sandbox_instrument');
grant select, insert, update on payments.sandbox_instrument to guilder_app;
