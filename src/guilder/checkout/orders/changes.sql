-- change_lines
update checkout.order_line
set
    fulfilled = order_line.fulfilled + more.fulfilled,
    awaited = order_line.awaited + more.awaited,
    returned = order_line.returned + more.returned,
    refunded = order_line.refunded + more.refunded,
    refunded_minor = order_line.refunded_minor + more.refunded_minor,
    restocked = order_line.restocked + more.restocked
from unnest(
    :ids::uuid[], :fulfilled::int8[], :awaited::int8[], :returned::int8[], :refunded::int8[],
    :refunded_minor::int8[], :restocked::int8[]
) as more (id, fulfilled, awaited, returned, refunded, refunded_minor, restocked)
where order_line.tenant_id = :tenant_id and order_line.id = more.id;

-- update_order
update checkout.placed_order
set
    payment_status = :payment_status,
    fulfilment_status = :fulfilment_status,
    refunded_minor = :refunded_minor,
    refunding_minor = :refunding_minor,
    refunds = :refunds,
    canceled_at = :canceled_at,
    updated_at = now()
where placed_order.tenant_id = :tenant_id and placed_order.id = :order_id
returning :columns_of_placed_order;
