-- move_carts
update checkout.cart
set customer_id = :target_id
where
    cart.tenant_id = :tenant_id
    and cart.customer_id = :source_id
    and cart.status = 'open';

-- forget_sessions
-- The hash stays that of what was sold, with the metadata that is gone: nobody can check it now.
update checkout.session
set
    buyer = null,
    told = null,
    success_url = null,
    cancel_url = null,
    metadata = '{}',
    snapshot = checkout.without_metadata(session.snapshot),
    updated_at = now()
where session.tenant_id = :tenant_id and session.customer_id = any(:customer_ids::uuid[])
returning session.id;

-- forget_uses
-- A use of who had an id then is counted under it; of a guest it is counted for nobody any more.
update checkout.redemption
set buyer = null, ordinal = null, updated_at = now()
where
    redemption.tenant_id = :tenant_id
    and redemption.holder_id = any(:holder_ids::uuid[])
    and redemption.buyer ~ '^[0-9a-f]{64}$';

-- forget_lines
update checkout.cart_line
set metadata = '{}'
where cart_line.tenant_id = :tenant_id and cart_line.cart_id = any(:cart_ids::uuid[]);

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
set buyer = null, metadata = '{}'
where
    placed_order.tenant_id = :tenant_id
    and placed_order.customer_id = any(:customer_ids::uuid[])
returning placed_order.id;
