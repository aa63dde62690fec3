-- sessions_of
select :columns_of_session
from identity.session
where
    session.tenant_id = :tenant_id
    and session.user_id = :user_id
    and session.id < :before -- if :before
order by session.id desc
limit :most;

-- has_factor
select count(*) > 0 as has_factor
from identity.second_factor
where
    second_factor.tenant_id = :tenant_id
    and second_factor.user_id = :user_id
    and second_factor.confirmed_at is not null;

-- keys_of
select
    api_key.id,
    api_key.name,
    api_key.scopes,
    api_key.last_used_at,
    api_key.created_at
from identity.api_key
where
    api_key.tenant_id = :tenant_id
    and api_key.created_by = :maker
    and api_key.id < :before -- if :before
order by api_key.id desc
limit :most;

-- remembered_of
select
    audit_entry.position,
    audit_entry.action,
    audit_entry.object_type,
    audit_entry.object_id::text as object_id,
    audit_entry.address,
    audit_entry.occurred_at
from identity.audit_entry
where
    audit_entry.tenant_id = :tenant_id
    and audit_entry.actor_id = :user_id
    and audit_entry.position < :before -- if :before
order by audit_entry.position desc
limit :most;
