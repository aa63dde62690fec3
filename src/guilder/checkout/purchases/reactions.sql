-- known_orders
select placed_order.id
from checkout.placed_order
where placed_order.tenant_id = :tenant_id and placed_order.id = any(:ids::uuid[]);

-- checkouts_of_orders
select session.id
from checkout.session
where session.tenant_id = :tenant_id and session.order_id = any(:order_ids::uuid[]);

-- count_decline
-- Each declined payment counts once, whoever tells of it, and one that was tried nowhere not at
-- all: then it is the checkout's no more.
update checkout.session
set
    declines = session.declines + :count::int2,
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
    and coalesce(payments.has_come_to_nothing(payment.status), true);
