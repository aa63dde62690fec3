-- accounts
select :columns_of_gateway
from payments.gateway
where gateway.tenant_id = :tenant_id
order by gateway.position, gateway.name;

-- find_account
select :columns_of_gateway
from payments.gateway
where gateway.tenant_id = :tenant_id and gateway.name = :name;

-- put_account
insert into payments.gateway as known (
    name, is_enabled, position, settings, secrets, secret_hints
)
values (:name, :is_enabled, :position, :settings, :secrets, :secret_hints)
on conflict (tenant_id, name) do update
    set
        is_enabled = excluded.is_enabled,
        position = excluded.position,
        settings = excluded.settings,
        secrets = excluded.secrets,
        secret_hints = excluded.secret_hints,
        updated_at = now()
returning :columns_of_known;

-- hold_accounts
-- Held by whoever begins an attempt there, so that it is seen by who wants to delete them.
select gateway.name
from payments.gateway
where gateway.tenant_id = :tenant_id and gateway.name = any(:names::text[])
order by gateway.name
for key share;

-- lock_account
-- Waits for those that have begun an attempt there, and keeps others from it.
select gateway.name
from payments.gateway
where gateway.tenant_id = :tenant_id and gateway.name = :name
for update;

-- count_open_attempts
select count(*) as open_attempts
from payments.transaction
where
    transaction.tenant_id = :tenant_id
    and transaction.gateway = :gateway
    and transaction.status in ('open', 'waiting');

-- delete_account
delete from payments.gateway
where gateway.tenant_id = :tenant_id and gateway.name = :name;
