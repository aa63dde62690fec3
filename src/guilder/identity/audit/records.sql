-- lock_head
-- Held to the end of the transaction, so that positions have no gaps and times do not go back.
select
    audit_head.position,
    audit_head.hash,
    kernel.uuid7() as id,
    greatest(clock_timestamp(), audit_head.occurred_at) as occurred_at
from identity.audit_head
where audit_head.tenant_id = :tenant_id
for no key update;

-- begin_chain
-- Of two who begin at once, the second waits and finds it begun.
insert into identity.audit_head (position, hash, occurred_at)
values (0, :hash, now())
on conflict (tenant_id) do nothing;

-- insert_entry
with entry as (
    insert into identity.audit_entry (
        position, id, action, actor_kind, actor_id, address, request_id, object_type, object_id,
        before, after, occurred_at, previous_hash, hash
    )
    values (
        :position, :id, :action, :actor_kind, :actor_id, :address, :request_id, :object_type,
        :object_id, :before, :after, :occurred_at, :previous_hash, :hash
    )
    returning position, hash, occurred_at
)

update identity.audit_head
set
    position = entry.position,
    hash = entry.hash,
    occurred_at = entry.occurred_at
from entry
where audit_head.tenant_id = :tenant_id;
