-- moving_accounts
select :columns_of_account
from payments.moving_accounts(:lately, :after_tenant, :after_gateway, :most) as account;

-- insert_days
insert into payments.reconciliation (gateway, since, until)
select
    :gateway,
    day.since,
    day.since + :length::interval
from unnest(:days::timestamptz[]) as day (since)
where not exists (
    select from payments.reconciliation as done
    where
        done.tenant_id = :tenant_id
        and done.gateway = :gateway
        and done.since = day.since
        and done.until = day.since + :length::interval
        and done.status <> 'failed'
)
order by day.since
returning :columns_of_reconciliation;
