-- find_admission
select
    api_key.id,
    api_key.mode,
    api_key.scopes,
    tenant.status as tenant_status,
    quota.maximum as calls_per_minute,
    now() as now
from identity.api_key
inner join identity.tenant on api_key.tenant_id = tenant.id
left join identity.quota
    on tenant.subscription_tier = quota.tier and quota.name = 'api_calls_per_minute'
where
    api_key.tenant_id = :tenant_id
    and api_key.key_hash = :key_hash
    and api_key.revoked_at is null
    and (api_key.expires_at is null or api_key.expires_at > now());

-- note_use
-- Several processes note uses; the latest stands.
update identity.api_key
set last_used_at = :used_at
where
    api_key.tenant_id = :tenant_id
    and api_key.id = :key_id
    and coalesce(api_key.last_used_at, '-infinity') < :used_at;
