-- counted_of
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
