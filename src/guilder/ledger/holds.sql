-- insert_holds
insert into ledger.hold (
    id, unit, amount_minor, source_kind, source_owner, target_kind, target_owner, subject_id
)
select new.*
from unnest(
    :ids::uuid[], :units::text[], :amounts::int8[], :source_kinds::text[], :source_owners::text[],
    :target_kinds::text[], :target_owners::text[], :subject_ids::uuid[]
) as new;

-- lock_hold
-- Held to the end of the transaction, so two cannot both fit into what is left.
select
    hold.id,
    hold.unit,
    hold.amount_minor,
    hold.taken_minor,
    hold.source_kind,
    hold.source_owner,
    hold.target_kind,
    hold.target_owner,
    hold.subject_id,
    hold.released_at is not null as is_released
from ledger.hold
where hold.tenant_id = :tenant_id and hold.id = :hold_id
for no key update;

-- add_taken
update ledger.hold
set
    taken_minor = hold.taken_minor + :minor,
    updated_at = now()
where hold.tenant_id = :tenant_id and hold.id = :hold_id;

-- release_hold
update ledger.hold
set
    released_at = now(),
    updated_at = now()
where
    hold.tenant_id = :tenant_id
    and hold.id = :hold_id
    and hold.released_at is null;
