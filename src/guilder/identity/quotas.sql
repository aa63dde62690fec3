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

-- quotas_of
select
    quota.name,
    quota.tier,
    quota.maximum
from identity.tenant
inner join identity.quota on tenant.subscription_tier = quota.tier
where tenant.id = :tenant_id
order by quota.name;

-- used_today
select coalesce(sum(daily_usage.used), 0)::bigint as used
from identity.daily_usage
where
    daily_usage.tenant_id = :tenant_id
    and daily_usage.name = :name
    and daily_usage.day = (now() at time zone 'utc')::date;
