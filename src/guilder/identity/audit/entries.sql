-- position_at
-- The first entry of a time or later.
select audit_entry.position
from identity.audit_entry
where
    audit_entry.tenant_id = :tenant_id
    and audit_entry.occurred_at >= :at
order by audit_entry.occurred_at, audit_entry.position
limit 1;

-- filtered_backwards
select :columns_of_audit_entry
from identity.audit_entry
where
    audit_entry.tenant_id = :tenant_id
    and audit_entry.action = :action -- if :action
    and audit_entry.actor_kind = :actor_kind -- if :actor_kind
    and audit_entry.actor_id = :actor_id -- if :actor_id
    and audit_entry.object_type = :object_type -- if :object_type
    and audit_entry.object_id = :object_id -- if :object_id
    and audit_entry.position >= :begins -- if :begins
    and audit_entry.position < :ends -- if :ends
order by audit_entry.position desc
limit :most;

-- filtered_forwards
select :columns_of_audit_entry
from identity.audit_entry
where
    audit_entry.tenant_id = :tenant_id
    and audit_entry.action = :action -- if :action
    and audit_entry.actor_kind = :actor_kind -- if :actor_kind
    and audit_entry.actor_id = :actor_id -- if :actor_id
    and audit_entry.object_type = :object_type -- if :object_type
    and audit_entry.object_id = :object_id -- if :object_id
    and audit_entry.position >= :begins
    and audit_entry.position < :ends -- if :ends
order by audit_entry.position
limit :most;

-- entries_after
select :columns_of_audit_entry
from identity.audit_entry
where
    audit_entry.tenant_id = :tenant_id
    and audit_entry.position > :position
order by audit_entry.position
limit :most;
