-- add_daily_use
insert into identity.daily_usage as known (day, name, used)
select
    today.day,
    :name,
    today.amount
from unnest(:days::date[], :amounts::int8[]) as today (day, amount)
on conflict (tenant_id, day, name) do update
    set used = known.used + excluded.used;
