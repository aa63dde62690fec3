-- ordered_late
select placed_order.checkout_id
from checkout.placed_order
where
    placed_order.tenant_id = :tenant_id
    and placed_order.checkout_id = any(:checkout_ids::uuid[]);
