-- carts_of_customers
select :columns_of_cart
from checkout.cart
where cart.tenant_id = :tenant_id and cart.customer_id = any(:customer_ids::uuid[])
order by cart.id desc
limit :most;

-- orders_of_customers
select :columns_of_placed_order
from checkout.placed_order
where
    placed_order.tenant_id = :tenant_id
    and placed_order.customer_id = any(:customer_ids::uuid[])
order by placed_order.number desc
limit :most;
