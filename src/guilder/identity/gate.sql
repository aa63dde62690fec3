-- find_key
select
    api_key.id,
    api_key.mode,
    api_key.scopes,
    api_key.allowed_addresses,
    tenant.status as tenant_status,
    allowed.calls_per_minute,
    tenant.subscription_tier as tier,
    allowed.facts_per_day,
    allowed.facts_today,
    now() as now
from identity.api_key
inner join identity.tenant on api_key.tenant_id = tenant.id
cross join identity.allowed(tenant.id, tenant.subscription_tier) as allowed
where
    api_key.tenant_id = :tenant_id
    and api_key.key_hash = :key_hash
    and api_key.revoked_at is null
    and (api_key.expires_at is null or api_key.expires_at > now());

-- find_session
-- The owner holds everything, whatever roles say. Who is no member holds nothing here. Where
-- there is no such tenant it looks the same.
select
    standing.session_id,
    standing.user_id,
    standing.is_verified,
    allowed.calls_per_minute,
    allowed.facts_per_day,
    member.id is not null as is_member,
    case
        when tenant.owner_id = standing.user_id then array['*']
        else array(
            select distinct role_permission.permission
            from identity.member_role
            inner join identity.role_permission
                on
                    member_role.tenant_id = role_permission.tenant_id
                    and member_role.role_id = role_permission.role_id
            where member_role.tenant_id = :tenant_id and member_role.member_id = member.id
        )
    end as scopes,
    coalesce(tenant.status, 'active') as tenant_status,
    coalesce(tenant.subscription_tier, 'free') as tier,
    coalesce(allowed.facts_today, 0) as facts_today,
    now() as now
from identity.session_standing(:home_id, :token_hash) as standing
left join identity.member
    on member.tenant_id = :tenant_id and standing.user_id = member.user_id
left join identity.tenant on tenant.id = :tenant_id
left join identity.allowed(tenant.id, tenant.subscription_tier) as allowed on true;

-- note_use
-- Several processes note uses; the latest stands.
update identity.api_key
set last_used_at = :used_at
where
    api_key.tenant_id = :tenant_id
    and api_key.id = :key_id
    and coalesce(api_key.last_used_at, '-infinity') < :used_at;
