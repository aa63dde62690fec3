-- find_tenant_by_slug
select identity.tenant_of_slug(:slug) as tenant_id;

-- find_in_use
select :columns_of_identity_provider
from identity.identity_provider
inner join identity.tenant on identity_provider.tenant_id = tenant.id
where
    identity_provider.tenant_id = :tenant_id
    and identity_provider.name = :name
    and identity_provider.is_active
    and tenant.status <> 'cancelled';
