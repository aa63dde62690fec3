-- our_movements
select
    moved.type, moved.status, moved.gateway_reference, moved.amount_minor, moved.currency,
    moved.payment_id, moved.created_at, moved.finished_at, payment.gateway_payment_intent_id
from payments.transaction as moved
inner join payments.payment
    on moved.tenant_id = payment.tenant_id and moved.payment_id = payment.id
where
    moved.tenant_id = :tenant_id
    and moved.gateway = :gateway
    and moved.gateway_reference is not null
    and moved.status = 'succeeded'
    and moved.type in ('capture', 'refund', 'chargeback')
    and moved.finished_at >= :since
    and moved.finished_at < :until
order by moved.finished_at
limit :most;

-- movements_named
-- Found by what the gateway calls them, whenever they were finished. What failed and has a name
-- there was done before.
select
    moved.type, moved.status, moved.gateway_reference, moved.amount_minor, moved.currency,
    moved.payment_id, moved.created_at, moved.finished_at, payment.gateway_payment_intent_id
from payments.transaction as moved
inner join payments.payment
    on moved.tenant_id = payment.tenant_id and moved.payment_id = payment.id
where
    moved.tenant_id = :tenant_id
    and moved.gateway = :gateway
    and moved.gateway_reference = any(:names::text[])
    and moved.status in ('succeeded', 'failed')
    and moved.type in ('capture', 'refund', 'chargeback');

-- payments_of_intents
select :columns_of_payment
from payments.payment
where
    payment.tenant_id = :tenant_id
    and payment.gateway_payment_intent_id = any(:intents::text[]);
