-- tenants_with_activity
select found.tenant_id
from identity.tenants_with_activity(:after_tenant, :most) as found (tenant_id);

-- count_notes
-- A note is taken away with the count that it goes into, so it is counted once.
with noted as materialized (
    select activity.id
    from identity.activity
    where activity.tenant_id = :tenant_id
    order by activity.id
    limit :most
    for update skip locked
),

taken as (
    delete from identity.activity
    using noted
    where activity.tenant_id = :tenant_id and activity.id = noted.id
    returning
        activity.user_id, activity.day, activity.sign_ins, activity.api_calls,
        activity.last_seen_at
),

counted as (
    insert into identity.user_metric as known (user_id, day, sign_ins, api_calls, last_seen_at)
    select
        taken.user_id,
        taken.day,
        sum(taken.sign_ins),
        sum(taken.api_calls),
        max(taken.last_seen_at)
    from taken
    group by taken.user_id, taken.day
    on conflict (tenant_id, user_id, day) do update
        set
            sign_ins = known.sign_ins + excluded.sign_ins,
            api_calls = known.api_calls + excluded.api_calls,
            last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
)

select count(*)::integer
from noted;
