-- clock
-- The time at this moment, where `now()` is when the transaction began.
select clock_timestamp();

-- teach_times
-- For this connection only: what a fact tells, with its times moved. One that lies after the fact,
-- as the end of what expires, moves with the fact.
create function pg_temp.told(
    data jsonb, occurred_at timestamptz, begun timestamptz[], moved interval[]
) returns jsonb
language plpgsql stable
as $$
declare
    written text := data;
    found text;
    place integer;
begin
    for found in
        select distinct times.found[1]
        from regexp_matches(
            written, '"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.]\d+)?(?:Z|[+]00:00))"', 'g'
        ) as times (found)
    loop
        place := width_bucket(least(found::timestamptz, occurred_at), begun);
        written := replace(written, found, to_char(
            (found::timestamptz + coalesce(moved[place], '0')) at time zone 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
        ));
    end loop;
    return written;
end
$$;

-- rewritings
-- What is run for each table of what the shop did. A time moves with the moment in which it lies,
-- and the end of what expires with its beginning, so that it lasts as long as it did.
with timed as (
    select
        attribute.attrelid::regclass as place,
        string_agg(format(
            case attribute.attname
                when 'data' then '%1$I = pg_temp.told(%1$I, occurred_at, $2, $3)'
                else
                    '%1$I = %1$I + coalesce('
                    || '($3::interval[])[width_bucket(%2$I, $2::timestamptz[])], ''0'')'
            end,
            attribute.attname,
            case attribute.attname when 'expires_at' then 'created_at' else attribute.attname end
        ), ', ') as changes
    from pg_attribute as attribute
    inner join pg_class as class on attribute.attrelid = class.oid
    inner join pg_namespace as namespace on class.relnamespace = namespace.oid
    where
        namespace.nspname in ('catalog', 'checkout', 'customers', 'events', 'ledger', 'payments')
        and class.relkind = 'r'
        and attribute.attnum > 0
        and not attribute.attisdropped
        and (
            attribute.atttypid = 'timestamptz'::regtype
            or (namespace.nspname = 'events' and attribute.attname = 'data')
        )
        and exists (
            select from pg_attribute as owned
            where owned.attrelid = class.oid and owned.attname = 'tenant_id'
        )
    group by attribute.attrelid
)

select
    format('alter table %s disable trigger user', timed.place) as freed,
    format('update %s set %s where tenant_id = $1', timed.place, timed.changes) as told,
    format('alter table %s enable trigger user', timed.place) as guarded
from timed;
