-- lock_quota
select
    quota.name,
    quota.tier,
    quota.maximum
from identity.tenant
inner join identity.quota on tenant.subscription_tier = quota.tier
where
    tenant.id = :tenant_id
    and quota.name = :name
for no key update of tenant;

-- quotas_with_use
select
    quota.name,
    quota.tier,
    quota.maximum,
    case quota.name
        when 'api_keys'
            then (
                select count(*)
                from identity.api_key
                where api_key.tenant_id = tenant.id and api_key.revoked_at is null
            )
        when 'facts_per_day' then coalesce(daily_usage.used, 0)
    end as used
from identity.tenant
inner join identity.quota on tenant.subscription_tier = quota.tier
left join identity.daily_usage
    on
        tenant.id = daily_usage.tenant_id
        and quota.name = daily_usage.name
        and daily_usage.day = (now() at time zone 'utc')::date
where tenant.id = :tenant_id
order by quota.name;
