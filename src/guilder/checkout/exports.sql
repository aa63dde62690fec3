-- carts_of_person
-- A guest is known by the e-mail of a cart, or of what it was handed over as.
select cart.id
from checkout.cart
where
    cart.tenant_id = :tenant_id
    and cart.id in (
        select theirs.id
        from checkout.cart as theirs
        where
            theirs.tenant_id = :tenant_id
            and theirs.customer_id = any(:customer_ids::uuid[])
        union all
        select guests.id
        from checkout.cart as guests
        where guests.tenant_id = :tenant_id and guests.guest_email = kernel.fold(:email)
        union all
        select session.cart_id
        from checkout.session
        where session.tenant_id = :tenant_id and session.guest_email = kernel.fold(:email)
    )
order by cart.id desc
limit :most;

-- checkouts_of_person
select :columns_of_session
from checkout.session
where
    session.tenant_id = :tenant_id
    and session.id in (
        select theirs.id
        from checkout.session as theirs
        where
            theirs.tenant_id = :tenant_id
            and theirs.customer_id = any(:customer_ids::uuid[])
        union all
        select guests.id
        from checkout.session as guests
        where guests.tenant_id = :tenant_id and guests.guest_email = kernel.fold(:email)
    )
order by session.id desc
limit :most;

-- orders_of_person
select :columns_of_placed_order
from checkout.placed_order
where
    placed_order.tenant_id = :tenant_id
    and placed_order.id in (
        select theirs.id
        from checkout.placed_order as theirs
        where
            theirs.tenant_id = :tenant_id
            and theirs.customer_id = any(:customer_ids::uuid[])
        union all
        select session.order_id
        from checkout.session
        where session.tenant_id = :tenant_id and session.guest_email = kernel.fold(:email)
    )
order by placed_order.number desc
limit :most;
