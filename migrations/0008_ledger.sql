-- Who owes what to whom. One row takes from one account what it gives to another of the same
-- unit, so nothing unbalanced can be written. An account is named by its kind, its owner and
-- its unit, and needs no row of its own.
create schema ledger;
grant usage on schema ledger to guilder_app;

create table ledger.entry (
    tenant_id uuid not null default kernel.tenant(),
    journal_id uuid not null,
    line smallint not null check (line > 0),
    unit text not null check (unit ~ '^[A-Za-z0-9]{1,12}(:G[A-Z2-7]{55})?$'),
    amount_minor bigint not null check (amount_minor > 0),
    source_kind text not null check (source_kind ~ '^[a-z_]{1,40}$'),
    source_owner text not null check (length(source_owner) <= 100),
    target_kind text not null check (target_kind ~ '^[a-z_]{1,40}$'),
    target_owner text not null check (length(target_owner) <= 100),
    reason text not null check (length(reason) between 1 and 100),
    subject_id uuid not null,
    reverses uuid,
    created_at timestamptz not null default now(),
    primary key (tenant_id, journal_id, line),
    foreign key (tenant_id, reverses, line) references ledger.entry (tenant_id, journal_id, line),
    check ((source_kind, source_owner) <> (target_kind, target_owner))
);

-- An entry is reversed once.
create unique index entry_reversal on ledger.entry (tenant_id, reverses, line)
where reverses is not null;
create index entry_subject on ledger.entry (tenant_id, subject_id);
create index entry_source on ledger.entry (
    tenant_id, source_kind, source_owner, unit, journal_id
);
create index entry_target on ledger.entry (
    tenant_id, target_kind, target_owner, unit, journal_id
);
call kernel.isolate('ledger.entry');
grant select, insert on ledger.entry to guilder_app;

-- Not even the owner rewrites what was entered: it is corrected by its reversal.
create function ledger.refuse_to_rewrite() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    raise insufficient_privilege using message = 'an entry is never changed: reverse it';
end
$$;

create trigger immutable before update or delete on ledger.entry
for each row execute function ledger.refuse_to_rewrite();
create trigger never_emptied before truncate on ledger.entry
for each statement execute function ledger.refuse_to_rewrite();

-- What came into an account and went out of it, in slots: whoever writes has one to itself,
-- so the busiest account of a tenant keeps nobody waiting. The sum of the slots counts.
create table ledger.balance (
    tenant_id uuid not null default kernel.tenant(),
    kind text not null,
    owner text not null,
    unit text not null,
    slot smallint not null,
    incoming_minor numeric(38) not null check (incoming_minor >= 0),
    outgoing_minor numeric(38) not null check (outgoing_minor >= 0),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, kind, owner, unit, slot)
) with (fillfactor = 50);

call kernel.isolate('ledger.balance');
grant select, insert, update on ledger.balance to guilder_app;

-- What is promised, and moves only when it is taken.
create table ledger.hold (
    tenant_id uuid not null default kernel.tenant(),
    id uuid not null default kernel.uuid7(),
    unit text not null check (unit ~ '^[A-Za-z0-9]{1,12}(:G[A-Z2-7]{55})?$'),
    amount_minor bigint not null check (amount_minor > 0),
    taken_minor bigint not null default 0 check (taken_minor between 0 and amount_minor),
    source_kind text not null check (source_kind ~ '^[a-z_]{1,40}$'),
    source_owner text not null check (length(source_owner) <= 100),
    target_kind text not null check (target_kind ~ '^[a-z_]{1,40}$'),
    target_owner text not null check (length(target_owner) <= 100),
    subject_id uuid not null,
    released_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    check ((source_kind, source_owner) <> (target_kind, target_owner))
);

create index hold_open on ledger.hold (tenant_id, source_kind, source_owner, unit)
where released_at is null;
create index hold_subject on ledger.hold (tenant_id, subject_id);
call kernel.isolate('ledger.hold');
grant select, insert, update on ledger.hold to guilder_app;
