-- new_tenant_id
select kernel.uuid7();

-- insert_tenant
-- Under the row security of the id that the transaction names, so nobody founds another's.
insert into identity.tenant (name, slug, subscription_tier)
values (:name, :slug, :tier)
on conflict (slug) do nothing
returning :columns_of_tenant;

-- find_tenant
select :columns_of_tenant
from identity.tenant
where tenant.id = :tenant_id;

-- lock_tenant
-- Held to the end, so that two changes follow each other, and neither undoes the other.
select :columns_of_tenant
from identity.tenant
where tenant.id = :tenant_id
for no key update;

-- set_details
update identity.tenant
set
    name = :name,
    description = :description,
    billing_email = :billing_email,
    default_currency = :default_currency,
    stellar_network = :stellar_network,
    statement_descriptor = :statement_descriptor,
    metadata = :metadata,
    updated_at = now()
where tenant.id = :tenant_id
returning :columns_of_tenant;

-- take_place
select identity.take_place(:slug, :domain) as taken;

-- set_tier
update identity.tenant
set
    subscription_tier = :tier,
    updated_at = now()
where tenant.id = :tenant_id
returning :columns_of_tenant;

-- set_status
update identity.tenant
set
    status = :status,
    updated_at = now()
where tenant.id = :tenant_id
returning :columns_of_tenant;

-- set_owner
update identity.tenant
set
    owner_id = :owner_id,
    updated_at = now()
where tenant.id = :tenant_id
returning :columns_of_tenant;

-- all_tenants
select :columns_of_tenant
from identity.all_tenants(:most) as tenant;
