-- cart_desk
select
    now() as now,
    make_interval(days => coalesce(
        (select settings.cart_days from checkout.settings where settings.tenant_id = :tenant_id),
        :cart_days
    )) as lifetime,
    array(select kernel.uuid7() from generate_series(1, :count)) as ids;

-- insert_carts
insert into checkout.cart (
    id, currency, customer_id, email, shipping_address, billing_address, shipping_option_id,
    vat_number, promotion_codes, metadata, expires_at, created_by
)
select new.*, :created_by::text
from unnest(
    :ids::uuid[], :currencies::text[], :customer_ids::uuid[], :emails::text[],
    :shipping_addresses::jsonb[], :billing_addresses::jsonb[], :shipping_option_ids::uuid[],
    :vat_numbers::text[], :codes::jsonb[], :metadatas::jsonb[], :expires_ats::timestamptz[]
) as new
returning :columns_of_cart;

-- carts_by_ids
select :columns_of_cart
from checkout.cart
where cart.tenant_id = :tenant_id and cart.id = any(:ids::uuid[]);

-- lock_carts
-- In the order of their ids, so that two who want the same carts do not hold each other up.
select :columns_of_cart
from checkout.cart
where cart.tenant_id = :tenant_id and cart.id = any(:ids::uuid[])
order by cart.id
for no key update;

-- update_cart
update checkout.cart
set
    customer_id = :customer_id,
    email = :email,
    status = :status,
    shipping_address = :shipping_address,
    billing_address = :billing_address,
    shipping_option_id = :shipping_option_id,
    vat_number = :vat_number,
    promotion_codes = :codes,
    metadata = :metadata,
    merged_into = :merged_into,
    expires_at = :expires_at,
    abandoned_at = null,
    updated_at = now()
where cart.tenant_id = :tenant_id and cart.id = :cart_id;

-- known_options
select shipping_option.id
from checkout.shipping_option
where
    shipping_option.tenant_id = :tenant_id
    and shipping_option.id = any(:ids::uuid[])
    and shipping_option.is_active;

-- newest_carts
select :columns_of_cart
from checkout.cart
where
    cart.tenant_id = :tenant_id
    and cart.status = :status -- if :status
    and cart.customer_id = :customer_id -- if :customer_id
    and cart.id < :before -- if :before
order by cart.id desc
limit :most;
