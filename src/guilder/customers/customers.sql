-- insert_customer
insert into customers.customer (email, name, phone, app_metadata, internal_metadata)
values (:email, :name, :phone, :app_metadata, :internal_metadata)
on conflict (tenant_id, kernel.fold(email)) do nothing
returning :columns_of_customer;

-- wait_for_email
-- Of two who give the same e-mail at once, the second looks when the first is done.
select pg_advisory_xact_lock(hashtextextended(:tenant_id::uuid::text || kernel.fold(:email), 0));

-- customer_with_email
select customer.id
from customers.customer
where customer.tenant_id = :tenant_id and kernel.fold(customer.email) = kernel.fold(:email);

-- update_customer
update customers.customer
set
    email = coalesce(:email, customer.email),
    name = coalesce(:name, customer.name),
    phone = coalesce(:phone, customer.phone),
    app_metadata = coalesce(:app_metadata, customer.app_metadata),
    internal_metadata = coalesce(:internal_metadata, customer.internal_metadata),
    updated_at = now()
where customer.tenant_id = :tenant_id and customer.id = :customer_id
returning :columns_of_customer;

-- find_customer
select :columns_of_customer
from customers.customer
where customer.tenant_id = :tenant_id and customer.id = :customer_id;

-- newest_customers
select :columns_of_customer
from customers.customer
where
    customer.tenant_id = :tenant_id
    and kernel.fold(customer.email) = kernel.fold(:email) -- if :email
    and customer.id < :before -- if :before
order by customer.id desc
limit :most;

-- known_customers
select customer.id
from customers.customer
where customer.tenant_id = :tenant_id and customer.id = any(:ids::uuid[]);
