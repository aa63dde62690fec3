-- insert_orders
with placed as (
    insert into checkout.placed_order (:fields_of_orders)
    select new.* from jsonb_to_recordset(:orders) as new (:record_of_orders)
)

insert into checkout.order_line (:fields_of_lines)
select new.* from jsonb_to_recordset(:lines) as new (:record_of_lines);

-- complete_sessions
-- One that was paid too late stays expired. Its cart was ordered all the same.
with ordered as (
    update checkout.cart
    set status = 'ordered', updated_at = now()
    from checkout.session
    where
        session.tenant_id = :tenant_id
        and session.id = any(:ids::uuid[])
        and cart.tenant_id = session.tenant_id
        and cart.id = session.cart_id
        and cart.status in ('open', 'expired')
)

update checkout.session
set
    status = 'completed',
    payment_id = paid.payment_id,
    completed_at = now(),
    updated_at = now()
from unnest(:ids::uuid[], :payment_ids::uuid[]) as paid (id, payment_id)
where
    session.tenant_id = :tenant_id
    and session.id = paid.id
    and session.status = 'open'
returning session.id;

-- orders_by_ids
select :columns_of_placed_order
from checkout.placed_order
where placed_order.tenant_id = :tenant_id and placed_order.id = any(:ids::uuid[]);

-- lines_of_orders
select :columns_of_order_line
from checkout.order_line
where order_line.tenant_id = :tenant_id and order_line.order_id = any(:order_ids::uuid[])
order by order_line.order_id, order_line.position;

-- lock_order
-- Of two who give back or send of one order, the second sees what the first did.
select :columns_of_placed_order
from checkout.placed_order
where placed_order.tenant_id = :tenant_id and placed_order.id = :order_id
for no key update;

-- newest_orders
select :columns_of_placed_order
from checkout.placed_order
where
    placed_order.tenant_id = :tenant_id
    and placed_order.number = :number -- if :number
    and placed_order.customer_id = any(:customer_ids::uuid[]) -- if :customer_ids
    and placed_order.checkout_id = :checkout_id -- if :checkout_id
    and placed_order.payment_id = :payment_id -- if :payment_id
    and placed_order.payment_status = :payment_status -- if :payment_status
    and placed_order.fulfilment_status = :fulfilment_status -- if :fulfilment_status
    and placed_order.created_at >= :created_from -- if :created_from
    and placed_order.created_at < :created_before -- if :created_before
    and placed_order.number < :before -- if :before
order by placed_order.number desc
limit :most;
