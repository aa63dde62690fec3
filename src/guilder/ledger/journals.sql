-- record_entries
-- Everybody locks balances in one order, and each connection its own slots, so nobody waits for
-- the busiest account of a tenant. An account of one customer is never busy: it has one slot.
with entry as (
    insert into ledger.entry (
        journal_id, line, unit, amount_minor, source_kind, source_owner,
        target_kind, target_owner, reason, subject_id, reverses
    )
    select new.*
    from unnest(
        :journal_ids::uuid[], :lines::int2[], :units::text[], :amounts::int8[],
        :source_kinds::text[], :source_owners::text[], :target_kinds::text[],
        :target_owners::text[], :reasons::text[], :subject_ids::uuid[], :reverses::uuid[]
    ) as new
    on conflict (tenant_id, reverses, line) where reverses is not null do nothing
    returning *
),

change as (
    select
        kind, owner, unit, sum(incoming), sum(outgoing),
        case when kind = 'customer' and owner <> '' then 0 else pg_backend_pid() % 64 end as slot
    from entry
    cross join lateral (
        values
        (source_kind, source_owner, 0, amount_minor),
        (target_kind, target_owner, amount_minor, 0)
    ) as side (kind, owner, incoming, outgoing)
    group by kind, owner, unit order by kind, owner, unit
),

balance as (
    insert into ledger.balance as known (kind, owner, unit, incoming_minor, outgoing_minor, slot)
    select * from change
    on conflict (tenant_id, kind, owner, unit, slot) do update set
        incoming_minor = known.incoming_minor + excluded.incoming_minor,
        outgoing_minor = known.outgoing_minor + excluded.outgoing_minor,
        updated_at = now()
)

select count(*) from entry;

-- new_journal_id
select kernel.uuid7();

-- entries_of_journal
select :columns_of_entry
from ledger.entry
where entry.tenant_id = :tenant_id and entry.journal_id = :journal_id
order by entry.line;

-- newest_entries
select :columns_of_entry
from ledger.entry
where
    entry.tenant_id = :tenant_id
    and entry.unit = :unit -- if :unit
    and entry.journal_id = :journal_id -- if :journal_id
    and entry.subject_id = :subject_id -- if :subject_id
    and (entry.journal_id, entry.line) < (:before_journal, :before_line) -- if :before_journal
order by entry.journal_id desc, entry.line desc
limit :most;

-- newest_entries_of_account
-- What left the account and what arrived, each by its own index.
select :columns_of_found
from (
    (
        select outgoing.*
        from ledger.entry as outgoing
        where
            outgoing.tenant_id = :tenant_id
            and outgoing.source_kind = :kind
            and outgoing.source_owner = :owner
            and outgoing.unit = :unit
            and (journal_id, line) < (:before_journal, :before_line) -- if :before_journal
        order by outgoing.journal_id desc, outgoing.line desc
        limit :most
    )
    union all
    (
        select incoming.*
        from ledger.entry as incoming
        where
            incoming.tenant_id = :tenant_id
            and incoming.target_kind = :kind
            and incoming.target_owner = :owner
            and incoming.unit = :unit
            and (journal_id, line) < (:before_journal, :before_line) -- if :before_journal
        order by incoming.journal_id desc, incoming.line desc
        limit :most
    )
) as found
order by found.journal_id desc, found.line desc
limit :most;
