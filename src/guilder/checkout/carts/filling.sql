-- touch_carts
-- A cart that was touched is not abandoned.
update checkout.cart
set
    abandoned_at = null,
    updated_at = now()
where cart.tenant_id = :tenant_id and cart.id = any(:ids::uuid[])
returning :columns_of_cart;
