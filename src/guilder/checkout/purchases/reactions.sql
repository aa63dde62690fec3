-- known_orders
select placed_order.id
from checkout.placed_order
where placed_order.tenant_id = :tenant_id and placed_order.id = any(:ids::uuid[]);

-- lock_checkouts_of_orders
with held as materialized (
    select cart.id
    from checkout.cart
    where
        cart.tenant_id = :tenant_id
        and cart.id = any(array(
            select session.cart_id
            from checkout.session
            where session.tenant_id = :tenant_id and session.order_id = any(:order_ids::uuid[])
        ))
    order by cart.id
    for no key update
)

select :columns_of_session
from checkout.session
inner join held on session.cart_id = held.id
where session.tenant_id = :tenant_id and session.order_id = any(:order_ids::uuid[])
order by session.id
for no key update of session;

-- count_decline
-- Each declined payment counts once, whoever tells of it: then it is the checkout's no more.
update checkout.session
set
    declines = session.declines + 1,
    payment_id = null,
    updated_at = now()
where
    session.tenant_id = :tenant_id
    and session.id = :checkout_id
    and session.payment_id = :payment_id
returning session.declines;

-- ordered_carts
select placed_order.cart_id
from checkout.placed_order
where placed_order.tenant_id = :tenant_id and placed_order.cart_id = any(:cart_ids::uuid[]);

-- open_beside
-- Other handoffs of carts that were ordered. One that is being paid is left to its outcome.
select session.id
from checkout.session
inner join checkout.cart on session.tenant_id = cart.tenant_id and session.cart_id = cart.id
left join payments.payment
    on session.tenant_id = payment.tenant_id and session.payment_id = payment.id
where
    session.tenant_id = :tenant_id
    and session.cart_id = any(:cart_ids::uuid[])
    and session.status = 'open'
    and cart.status = 'ordered'
    and coalesce(payment.status in ('failed', 'canceled'), true);
