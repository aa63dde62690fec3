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

-- recent_payments
select
    payment.id::text as id,
    payment.amount_minor,
    payment.currency,
    payment.status,
    payment.gateway,
    payment.description,
    payment.last_error_message,
    payment.created_at
from payments.payment
where payment.tenant_id = :tenant_id
order by payment.created_at desc, payment.id desc
limit :most;

-- troubles_of
select
    (
        select count(*)::integer
        from payments.dispute
        where dispute.tenant_id = :tenant_id and dispute.status = 'open'
    ) as disputes,
    (
        select count(*)::integer
        from payments.payment
        where
            payment.tenant_id = :tenant_id
            and payment.status = 'failed'
            and payment.created_at > now() - interval '1 day'
    ) as failed_payments,
    (
        select count(*)::integer
        from checkout.placed_order
        where
            placed_order.tenant_id = :tenant_id
            and placed_order.fulfilment_status = 'unfulfilled'
            and placed_order.created_at < now() - interval '2 days'
    ) as unshipped_orders;
