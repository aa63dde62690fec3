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

-- delete_account
delete from payments.gateway
where gateway.tenant_id = :tenant_id and gateway.name = :name;
