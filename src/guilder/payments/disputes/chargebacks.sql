-- taking_disputes
-- Read after the payment is locked, so no other dispute takes beside them.
select :columns_of_dispute
from payments.dispute
where
    dispute.tenant_id = :tenant_id
    and dispute.payment_id = :payment_id
    and dispute.status <> 'won'
    and not dispute.is_inquiry
order by dispute.id;

-- find_chargeback
select :columns_of_transaction
from payments.transaction
where
    transaction.tenant_id = :tenant_id
    and transaction.gateway = :gateway
    and transaction.gateway_reference = :reference
    and transaction.type = 'chargeback';

-- resize_chargeback
-- One dispute is one movement at the gateway, however often it takes.
update payments.transaction
set
    amount_minor = :amount_minor,
    fee_minor = :fee_minor,
    updated_at = now()
where transaction.tenant_id = :tenant_id and transaction.id = :attempt_id;
