-- insert_transaction
-- The gateway's account is held, so that nobody takes it away before the attempt is seen. The
-- sandbox needs none.
with account as materialized (
    select gateway.name
    from payments.gateway
    where gateway.tenant_id = :tenant_id and gateway.name = :gateway
    for key share
)

insert into payments.transaction (
    payment_id, parent_id, type, amount_minor, currency, gateway, is_final, reason, created_by
)
select
    :payment_id, :parent_id, :type, :amount_minor, :currency, wanted.gateway, :is_final, :reason,
    :created_by
from (select :gateway::text as gateway) as wanted
left join account on wanted.gateway = account.name
where account.name is not null or wanted.gateway = 'sandbox'
returning :columns_of_transaction;

-- finish_transaction
update payments.transaction
set
    status = :status,
    gateway_reference = coalesce(:reference, transaction.gateway_reference),
    fee_minor = :fee_minor,
    error_code = :error_code,
    error_message = :error_message,
    held_until = null,
    finished_at = now(),
    updated_at = now()
where transaction.tenant_id = :tenant_id and transaction.id = :attempt_id
returning :columns_of_transaction;

-- mark_waiting
update payments.transaction
set
    status = 'waiting',
    updated_at = now()
where transaction.tenant_id = :tenant_id and transaction.id = :attempt_id;

-- find_transaction
select :columns_of_transaction
from payments.transaction
where transaction.tenant_id = :tenant_id and transaction.id = :attempt_id;

-- find_charge
select :columns_of_transaction
from payments.transaction
where
    transaction.tenant_id = :tenant_id
    and transaction.payment_id = :payment_id
    and transaction.parent_id is null
    and transaction.type in ('authorization', 'capture')
    and transaction.status <> 'failed';

-- transactions_of
select :columns_of_transaction
from payments.transaction
where transaction.tenant_id = :tenant_id and transaction.payment_id = :payment_id
order by transaction.id;

-- transactions_of_many
select :columns_of_transaction
from payments.transaction
where
    transaction.tenant_id = :tenant_id
    and transaction.payment_id = any(:payment_ids::uuid[])
order by transaction.id;

-- claim_transaction
-- Whoever holds it asks the gateway. A holder that was lost loses it soon, and what was
-- held once may have reached the gateway.
with free as materialized (
    select
        transaction.id,
        transaction.held_until is not null as may_have_arrived
    from payments.transaction
    where
        transaction.tenant_id = :tenant_id
        and transaction.id = :attempt_id
        and transaction.status in ('open', 'waiting')
        and (transaction.held_until is null or transaction.held_until < now())
    for no key update
)

update payments.transaction
set
    held_until = now() + interval '40 seconds',
    updated_at = now()
from free
where transaction.tenant_id = :tenant_id and transaction.id = free.id
returning
    transaction.id, transaction.payment_id, transaction.parent_id, transaction.type,
    transaction.status, transaction.amount_minor, transaction.currency, transaction.gateway,
    transaction.gateway_reference, transaction.is_final, transaction.fee_minor,
    transaction.reason, transaction.error_code, transaction.error_message,
    transaction.created_by, transaction.finished_at, transaction.created_at,
    transaction.updated_at, free.may_have_arrived;

-- release_transaction
-- Nobody holds it any more, but somebody has.
update payments.transaction
set
    held_until = '-infinity',
    updated_at = now()
where
    transaction.tenant_id = :tenant_id
    and transaction.id = :attempt_id
    and transaction.status in ('open', 'waiting');

-- refundable_captures
-- Read after the payment is locked, so nothing is given back beside it.
select
    capture.id,
    (capture.amount_minor - coalesce(given_back.minor, 0))::int8 as left_minor
from payments.transaction as capture
left join lateral (
    select sum(refund.amount_minor) as minor
    from payments.transaction as refund
    where
        refund.tenant_id = capture.tenant_id
        and refund.parent_id = capture.id
        and refund.type in ('refund', 'chargeback')
        and refund.status <> 'failed'
) as given_back on true
where
    capture.tenant_id = :tenant_id
    and capture.payment_id = :payment_id
    and capture.type = 'capture'
    and capture.status = 'succeeded'
    and capture.amount_minor > coalesce(given_back.minor, 0)
order by capture.id;

-- gateways_tried
select distinct transaction.gateway
from payments.transaction
where
    transaction.tenant_id = :tenant_id
    and transaction.payment_id = :payment_id
    and transaction.parent_id is null
    and transaction.type in ('authorization', 'capture');

-- known_references
select transaction.gateway_reference
from payments.transaction
where
    transaction.tenant_id = :tenant_id
    and transaction.gateway = :gateway
    and transaction.gateway_reference = any(:names::text[]);

-- open_attempts
select transaction.id
from payments.transaction
where
    transaction.tenant_id = :tenant_id
    and transaction.payment_id = :payment_id
    and transaction.status in ('open', 'waiting')
order by transaction.id;
