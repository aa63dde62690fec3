-- disputed
-- What a buyer objects to, by when it has to be answered.
select
    dispute.payment_id,
    'dispute' as what,
    dispute.evidence_due_at as due_at,
    dispute.created_at as since
from payments.dispute
where dispute.tenant_id = :tenant_id and dispute.status = 'open'
order by dispute.evidence_due_at asc nulls last, dispute.created_at desc
limit :most;

-- not_given_back
-- Whatever is refunded on a payment after a refund of it failed counts as that made again, also
-- while it is under way: a refund is wrong as long as more failed since then, itself included, than
-- was begun since then. Where all is with the buyer, from us or through the bank, none is wrong.
select
    refund.payment_id,
    'refund' as what,
    null::timestamptz as due_at,
    max(refund.finished_at) as since
from payments.transaction as refund
inner join payments.payment
    on refund.tenant_id = payment.tenant_id and refund.payment_id = payment.id
where
    refund.tenant_id = :tenant_id
    and refund.type = 'refund'
    and refund.status = 'failed'
    and refund.finished_at > now() - interval '7 days'
    and payment.captured_minor > payment.refunded_minor + payment.disputed_minor
    and (
        select
            sum(other.amount_minor) filter (
                where other.status = 'failed' and other.finished_at >= refund.finished_at
            )
            > coalesce(
                sum(other.amount_minor) filter (where other.created_at > refund.finished_at), 0
            )
        from payments.transaction as other
        where
            other.tenant_id = refund.tenant_id
            and other.payment_id = refund.payment_id
            and other.type = 'refund'
    )
group by refund.payment_id
order by since desc
limit :most;

-- not_paid
-- A payment that failed is no trouble where the same order was paid by another.
select
    payment.id as payment_id,
    'payment' as what,
    null::timestamptz as due_at,
    payment.created_at as since
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
order by payment.created_at desc
limit :most;
