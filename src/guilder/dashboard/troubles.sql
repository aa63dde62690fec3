-- counted_of
-- A payment that failed is no trouble where the same order was paid by another.
select
    (
        select count(*)::integer
        from payments.dispute
        where dispute.tenant_id = :tenant_id and dispute.status = 'open'
    ) as disputes,
    (
        select min(dispute.evidence_due_at)
        from payments.dispute
        where dispute.tenant_id = :tenant_id and dispute.status = 'open'
    ) as evidence_due_at,
    (
        select count(distinct reconciliation.gateway)::integer
        from payments.reconciliation
        where
            reconciliation.tenant_id = :tenant_id
            and reconciliation.status = 'differs'
            and reconciliation.created_at > now() - interval '3 days'
    ) as differing_gateways,
    (
        select count(*)::integer
        from checkout.order_return
        where order_return.tenant_id = :tenant_id and order_return.status = 'requested'
    ) as returns,
    (
        select count(*)::integer
        from checkout.placed_order
        where
            placed_order.tenant_id = :tenant_id
            and placed_order.fulfilment_status = 'unfulfilled'
            and placed_order.created_at < now() - interval '2 days'
    ) as unshipped_orders;

-- failing
-- What a buyer objects to, by when it has to be answered; then what failed lately, newest first.
select
    dispute.payment_id,
    'dispute' as what,
    dispute.evidence_due_at as due_at,
    dispute.created_at as since
from payments.dispute
where dispute.tenant_id = :tenant_id and dispute.status = 'open'
union all
select transaction.payment_id, 'refund', null, transaction.finished_at
from payments.transaction
where
    transaction.tenant_id = :tenant_id
    and transaction.type = 'refund'
    and transaction.status = 'failed'
    and transaction.finished_at > now() - interval '7 days'
union all
select payment.id, 'payment', null, payment.created_at
from payments.payment
where
    payment.tenant_id = :tenant_id
    and payment.status = 'failed'
    and payment.created_at > now() - interval '1 day'
    and not exists (
        select from payments.payment as other
        where
            other.tenant_id = payment.tenant_id
            and other.order_id = payment.order_id
            and other.status in ('authorized', 'succeeded', 'refunded')
    )
order by due_at asc nulls last, since desc
limit :most;
