-- days_between
-- With what is noted and not counted yet, so that nobody has to wait for the job.
select
    seen.day,
    sum(seen.sign_ins)::integer as sign_ins,
    sum(seen.api_calls)::bigint as api_calls,
    max(seen.last_seen_at) as last_seen_at
from (
    select user_metric.day, user_metric.sign_ins, user_metric.api_calls, user_metric.last_seen_at
    from identity.user_metric
    where
        user_metric.tenant_id = :tenant_id
        and user_metric.user_id = :user_id
        and user_metric.day between :first and :last
    union all
    select activity.day, activity.sign_ins, activity.api_calls, activity.last_seen_at
    from identity.activity
    where
        activity.tenant_id = :tenant_id
        and activity.user_id = :user_id
        and activity.day between :first and :last
) as seen
group by seen.day
order by seen.day desc;
