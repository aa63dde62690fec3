-- all_providers
select :columns_of_identity_provider
from identity.identity_provider
where identity_provider.tenant_id = :tenant_id
order by identity_provider.name;

-- find_provider
select :columns_of_identity_provider
from identity.identity_provider
where identity_provider.tenant_id = :tenant_id and identity_provider.name = :name;

-- lock_provider
-- Of two changes the second knows what the first has sealed.
select :columns_of_identity_provider
from identity.identity_provider
where identity_provider.tenant_id = :tenant_id and identity_provider.name = :name
for no key update;

-- hold_role
-- Kept from who wants to delete it, until it is seen that a provider gives it.
select role.id
from identity.role
where
    role.tenant_id = :tenant_id
    and role.id = :role_id
    and role.built_in is distinct from 'owner'
for key share;

-- save_provider
insert into identity.identity_provider as known (
    name, title, issuer, client_id, client_secret_sealed, email_domains, return_origins,
    admits_new_users, role_id, is_active
)
values (
    :name, :title, :issuer, :client_id, :client_secret_sealed, :email_domains, :return_origins,
    :admits_new_users, :role_id, :is_active
)
on conflict (tenant_id, name) do update
    set
        title = excluded.title,
        client_id = excluded.client_id,
        client_secret_sealed = excluded.client_secret_sealed,
        email_domains = excluded.email_domains,
        return_origins = excluded.return_origins,
        admits_new_users = excluded.admits_new_users,
        role_id = excluded.role_id,
        is_active = excluded.is_active,
        updated_at = now()
returning :columns_of_known;

-- delete_provider
delete from identity.identity_provider
where identity_provider.tenant_id = :tenant_id and identity_provider.name = :name
returning :columns_of_identity_provider;
