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
with emptied as (
    update checkout.order_buyer
    set buyer = null, erased_at = now()
    from checkout.placed_order
    where
        placed_order.tenant_id = :tenant_id
        and placed_order.customer_id = any(:customer_ids::uuid[])
        and order_buyer.tenant_id = placed_order.tenant_id
        and order_buyer.order_id = placed_order.id
        and order_buyer.buyer is not null
)

select placed_order.id
from checkout.placed_order
where
    placed_order.tenant_id = :tenant_id
    and placed_order.customer_id = any(:customer_ids::uuid[]);
