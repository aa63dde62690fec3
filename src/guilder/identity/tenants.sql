-- new_tenant_id
select kernel.uuid7();

-- insert_tenant
-- Under the row security of the id that the transaction names, so nobody founds another's.
insert into identity.tenant (name, slug, subscription_tier)
values (:name, :slug, :tier)
on conflict (slug) do nothing
returning
    id,
    name,
    slug,
    domain,
    description,
    owner_id,
    subscription_tier,
    status,
    billing_email,
    default_currency,
    stellar_network,
    statement_descriptor,
    metadata,
    created_at,
    updated_at;

-- find_tenant
select
    tenant.id,
    tenant.name,
    tenant.slug,
    tenant.domain,
    tenant.description,
    tenant.owner_id,
    tenant.subscription_tier,
    tenant.status,
    tenant.billing_email,
    tenant.default_currency,
    tenant.stellar_network,
    tenant.statement_descriptor,
    tenant.metadata,
    tenant.created_at,
    tenant.updated_at
from identity.tenant
where tenant.id = :tenant_id;

-- lock_tenant
-- Held to the end, so that two changes of the status follow each other.
select
    tenant.id,
    tenant.name,
    tenant.slug,
    tenant.domain,
    tenant.description,
    tenant.owner_id,
    tenant.subscription_tier,
    tenant.status,
    tenant.billing_email,
    tenant.default_currency,
    tenant.stellar_network,
    tenant.statement_descriptor,
    tenant.metadata,
    tenant.created_at,
    tenant.updated_at
from identity.tenant
where tenant.id = :tenant_id
for no key update;

-- set_status
update identity.tenant
set
    status = :status,
    updated_at = now()
where tenant.id = :tenant_id
returning
    id,
    name,
    slug,
    domain,
    description,
    owner_id,
    subscription_tier,
    status,
    billing_email,
    default_currency,
    stellar_network,
    statement_descriptor,
    metadata,
    created_at,
    updated_at;

-- all_tenants
select
    tenant.id,
    tenant.name,
    tenant.slug,
    tenant.domain,
    tenant.description,
    tenant.owner_id,
    tenant.subscription_tier,
    tenant.status,
    tenant.billing_email,
    tenant.default_currency,
    tenant.stellar_network,
    tenant.statement_descriptor,
    tenant.metadata,
    tenant.created_at,
    tenant.updated_at
from identity.all_tenants(:most) as tenant;
