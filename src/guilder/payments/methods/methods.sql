-- new_method_id
select kernel.uuid7();

-- insert_method
insert into payments.method (
    id, gateway, token, gateway_customer, customer_id, type, brand, last_four, fingerprint,
    expiry_month, expiry_year, country, metadata
)
values (
    coalesce(:method_id, kernel.uuid7()), :gateway, :token, :gateway_customer, :customer_id, :type,
    :brand, :last_four, :fingerprint, :expiry_month, :expiry_year, :country, :metadata
)
on conflict do nothing
returning :columns_of_method;

-- method_of_token
select :columns_of_method
from payments.method
where
    method.tenant_id = :tenant_id
    and method.gateway = :gateway
    and method.token = :token
    and method.detached_at is null;

-- take_turn
-- Of two who save or choose for one customer at once, the second sees what the first did.
select pg_advisory_xact_lock(hashtextextended('payments.method ' || :customer_id::uuid::text, 0));

-- method_of_looks
select :columns_of_method
from payments.method
where
    method.tenant_id = :tenant_id
    and method.gateway = :gateway
    and method.customer_id = :customer_id
    and method.fingerprint = :fingerprint
    and method.expiry_month is not distinct from :expiry_month
    and method.expiry_year is not distinct from :expiry_year
    and method.detached_at is null
order by method.id
limit 1;

-- clear_default
update payments.method
set
    is_default = false,
    updated_at = now()
where
    method.tenant_id = :tenant_id
    and method.customer_id = :customer_id
    and method.is_default;

-- update_method
update payments.method
set
    is_default = coalesce(:is_default, method.is_default),
    expiry_month = coalesce(:expiry_month, method.expiry_month),
    expiry_year = coalesce(:expiry_year, method.expiry_year),
    metadata = coalesce(:metadata, method.metadata),
    updated_at = now()
where
    method.tenant_id = :tenant_id
    and method.id = :method_id
    and method.detached_at is null
returning :columns_of_method;

-- set_customer
update payments.method
set
    customer_id = :customer_id,
    updated_at = now()
where
    method.tenant_id = :tenant_id
    and method.id = :method_id
    and method.customer_id is null
    and method.detached_at is null
returning :columns_of_method;

-- find_method
select :columns_of_method
from payments.method
where method.tenant_id = :tenant_id and method.id = :method_id;

-- known_methods
select :columns_of_method
from payments.method
where method.tenant_id = :tenant_id and method.id = any(:ids::uuid[]);

-- newest_methods
select :columns_of_method
from payments.method
where
    method.tenant_id = :tenant_id
    and method.detached_at is null
    and method.customer_id = :customer_id -- if :customer_id
    and method.gateway = :gateway -- if :gateway
    and method.id < :before -- if :before
order by method.id desc
limit :most;

-- known_gateway_customer
select method.gateway_customer
from payments.method
where
    method.tenant_id = :tenant_id
    and method.gateway = :gateway
    and method.customer_id = :customer_id
    and method.gateway_customer is not null
order by method.id
limit 1;
