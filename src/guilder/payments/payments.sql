-- find_payment
select :columns_of_payment
from payments.payment
where payment.tenant_id = :tenant_id and payment.id = :payment_id;

-- payments_by_ids
select :columns_of_payment
from payments.payment
where payment.tenant_id = :tenant_id and payment.id = any(:payment_ids::uuid[]);

-- lock_payment
-- Held to the end of the transaction, so of two who take or give back the second sees the first.
select :columns_of_payment
from payments.payment
where payment.tenant_id = :tenant_id and payment.id = :payment_id
for no key update;

-- lock_payment_of
select :columns_of_payment
from payments.payment
where
    payment.tenant_id = :tenant_id
    and payment.id = (
        select transaction.payment_id
        from payments.transaction
        where transaction.tenant_id = :tenant_id and transaction.id = :attempt_id
    )
for no key update;

-- payments_of_intent
select :columns_of_payment
from payments.payment
where
    payment.tenant_id = :tenant_id
    and payment.gateway_payment_intent_id = :intent
    and payment.gateway = :gateway;

-- update_payment
update payments.payment
set
    status = :status,
    customer_id = :customer_id,
    gateway = :gateway,
    route_reason = :route_reason,
    gateway_payment_intent_id = :intent,
    payment_method_id = :payment_method_id,
    payment_method_token = :token,
    instrument = :instrument,
    return_url = :return_url,
    action_url = :action_url,
    authorized_minor = :authorized_minor,
    captured_minor = :captured_minor,
    capturing_minor = :capturing_minor,
    refunded_minor = :refunded_minor,
    refunding_minor = :refunding_minor,
    disputed_minor = :disputed_minor,
    last_error_code = :error_code,
    last_error_message = :error_message,
    canceled_by = :canceled_by,
    cancellation_reason = :cancellation_reason,
    expires_at = :expires_at,
    action_expires_at = :action_expires_at,
    updated_at = now()
where payment.tenant_id = :tenant_id and payment.id = :payment_id
returning :columns_of_payment;

-- newest_payments
select :columns_of_payment
from payments.payment
where
    payment.tenant_id = :tenant_id
    and payment.status = :status -- if :status
    and payment.order_id = :order_id -- if :order_id
    and payment.user_id = :user_id -- if :user_id
    and payment.customer_id = any(:customer_ids::uuid[]) -- if :customer_ids
    and payment.gateway = :gateway -- if :gateway
    and payment.gateway_payment_intent_id = :intent -- if :intent
    and payment.created_at >= :created_from -- if :created_from
    and payment.created_at < :created_before -- if :created_before
    and (payment.created_at, payment.id) < (:before_at, :before_id) -- if :before_at
order by payment.created_at desc, payment.id desc
limit :most;
