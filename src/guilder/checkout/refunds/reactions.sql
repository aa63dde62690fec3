-- find_order_of
select placed_order.id
from checkout.placed_order
where placed_order.tenant_id = :tenant_id and placed_order.payment_id = :payment_id;
