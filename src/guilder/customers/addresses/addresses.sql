-- count_addresses
select count(*) as count
from customers.address
where address.tenant_id = :tenant_id and address.customer_id = :customer_id;

-- clear_defaults
update customers.address
set
    is_default_shipping = address.is_default_shipping and not :shipping,
    is_default_billing = address.is_default_billing and not :billing,
    updated_at = now()
where
    address.tenant_id = :tenant_id
    and address.customer_id = :customer_id
    and ((address.is_default_shipping and :shipping) or (address.is_default_billing and :billing))
returning :columns_of_address;

-- insert_address
insert into customers.address (
    customer_id, name, company, line1, line2, city, region, postal_code, country, phone,
    is_default_shipping, is_default_billing
)
values (
    :customer_id, :name, :company, :line1, :line2, :city, :region, :postal_code, :country, :phone,
    :is_default_shipping, :is_default_billing
)
returning :columns_of_address;

-- find_address
select :columns_of_address
from customers.address
where
    address.tenant_id = :tenant_id
    and address.customer_id = :customer_id
    and address.id = :address_id;

-- update_address
update customers.address
set
    name = :name,
    company = :company,
    line1 = :line1,
    line2 = :line2,
    city = :city,
    region = :region,
    postal_code = :postal_code,
    country = :country,
    phone = :phone,
    is_default_shipping = :is_default_shipping,
    is_default_billing = :is_default_billing,
    updated_at = now()
where address.tenant_id = :tenant_id and address.id = :address_id
returning :columns_of_address;

-- delete_address
delete from customers.address
where
    address.tenant_id = :tenant_id
    and address.customer_id = :customer_id
    and address.id = :address_id
returning :columns_of_address;

-- newest_addresses
select :columns_of_address
from customers.address
where
    address.tenant_id = :tenant_id
    and address.customer_id = :customer_id
    and address.id < :before -- if :before
order by address.id desc
limit :most;

-- give_addresses
-- A default stays one where the other customer has none; their rows are held by whoever merges.
update customers.address
set
    customer_id = :target_id,
    is_default_shipping = address.is_default_shipping and not exists (
        select
        from customers.address as theirs
        where
            theirs.tenant_id = :tenant_id
            and theirs.customer_id = :target_id
            and theirs.is_default_shipping
    ),
    is_default_billing = address.is_default_billing and not exists (
        select
        from customers.address as theirs
        where
            theirs.tenant_id = :tenant_id
            and theirs.customer_id = :target_id
            and theirs.is_default_billing
    ),
    updated_at = now()
where address.tenant_id = :tenant_id and address.customer_id = :source_id;

-- delete_addresses
delete from customers.address
where address.tenant_id = :tenant_id and address.customer_id = :customer_id;
