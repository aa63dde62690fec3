-- claim_carts
update checkout.cart
set customer_id = :customer_id
where
    cart.tenant_id = :tenant_id
    and cart.customer_id is null
    and cart.id in (
        select guests.id
        from checkout.cart as guests
        where guests.tenant_id = :tenant_id and guests.guest_email = kernel.fold(:email)
        union all
        select session.cart_id
        from checkout.session
        where session.tenant_id = :tenant_id and session.guest_email = kernel.fold(:email)
    );

-- claim_sessions
update checkout.session
set customer_id = :customer_id
where session.tenant_id = :tenant_id and session.guest_email = kernel.fold(:email)
returning session.id;

-- claim_orders
update checkout.placed_order
set customer_id = :customer_id
where
    placed_order.tenant_id = :tenant_id
    and placed_order.checkout_id = any(:checkout_ids::uuid[])
    and placed_order.customer_id is null;
