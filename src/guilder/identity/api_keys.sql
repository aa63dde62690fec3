-- insert_api_key
insert into identity.api_key
(
    name, mode, kind, key_hash, hint, scopes, created_by, allowed_addresses, expires_at, metadata
)
values (
    :name, :mode, :kind, :key_hash, :hint, :scopes, :created_by, :allowed_addresses, :expires_at,
    :metadata
)
returning :columns_of_api_key;

-- lock_api_key
-- Of two who replace it, the second sees that it was.
select :columns_of_api_key
from identity.api_key
where
    api_key.tenant_id = :tenant_id
    and api_key.id = :key_id
for no key update;

-- replace_api_key
update identity.api_key
set
    replaced_by = :replaced_by,
    expires_at = :expires_at,
    updated_at = now()
where
    api_key.tenant_id = :tenant_id
    and api_key.id = :key_id
returning :columns_of_api_key;

-- find_api_key
select :columns_of_api_key
from identity.api_key
where
    api_key.tenant_id = :tenant_id
    and api_key.id = :key_id;

-- newest_api_keys
select :columns_of_api_key
from identity.api_key
where
    api_key.tenant_id = :tenant_id
    and api_key.mode = :mode -- if :mode
    and api_key.id < :before -- if :before
order by api_key.id desc
limit :most;

-- revoke_api_key
-- The first revocation stands: its time is not moved by a second one.
update identity.api_key
set
    revoked_at = now(),
    updated_at = now()
where
    api_key.tenant_id = :tenant_id
    and api_key.id = :key_id
    and api_key.revoked_at is null
returning :columns_of_api_key;

-- count_api_keys
select count(*)
from identity.api_key
where
    api_key.tenant_id = :tenant_id
    and api_key.revoked_at is null
    and api_key.replaced_by is null
    and (api_key.expires_at > now()) is not false;
