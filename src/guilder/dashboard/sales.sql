-- days_of_sales
select
    placed_order.currency,
    (placed_order.created_at at time zone 'utc')::date as day,
    count(*)::integer as orders,
    sum(placed_order.total_minor)::bigint as total_minor,
    sum(placed_order.refunded_minor)::bigint as refunded_minor
from checkout.placed_order
where
    placed_order.tenant_id = :tenant_id
    and placed_order.created_at >= (:first::date)::timestamp at time zone 'utc'
group by 1, 2
order by 2, 1;
