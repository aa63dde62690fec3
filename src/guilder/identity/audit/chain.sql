-- find_head
select
    audit_head.position,
    audit_head.hash
from identity.audit_head
where audit_head.tenant_id = :tenant_id;

-- tenant_ids_after
select found.id
from identity.tenant_ids_after(:last, :most) as found (id);
