-- move_carts
update checkout.cart
set customer_id = :target_id
where
    cart.tenant_id = :tenant_id
    and cart.customer_id = :source_id
    and cart.status = 'open';

-- forget_sessions
update checkout.session
set buyer = null, updated_at = now()
where
    session.tenant_id = :tenant_id
    and session.customer_id = any(:customer_ids::uuid[])
    and session.buyer is not null;

-- forget_carts
update checkout.cart
set
    email = null,
    shipping_address = null,
    billing_address = null,
    vat_number = null,
    metadata = '{}'
where cart.tenant_id = :tenant_id and cart.customer_id = any(:customer_ids::uuid[])
returning cart.id;

-- forget_buyers
-- Once and again: what was told of an order stands in the log, whenever it is asked for.
update checkout.placed_order
set buyer = null
where
    placed_order.tenant_id = :tenant_id
    and placed_order.customer_id = any(:customer_ids::uuid[])
returning placed_order.id;
