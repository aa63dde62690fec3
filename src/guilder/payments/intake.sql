-- intake_desk
select
    payments.accounts_of(:tenant_id) as accounts,
    payments.rules_of(:tenant_id) as rules,
    (
        select tenant.statement_descriptor from identity.tenant where tenant.id = :tenant_id
    ) as statement_descriptor,
    now() as now,
    array(select kernel.uuid7() from generate_series(1, :count)) as ids;

-- insert_payments
-- A key that another payment holds keeps its row out, and nothing else. The attempts follow.
with taken as (
    insert into payments.payment (:fields_of_payments)
    select new.* from jsonb_to_recordset(:payments) as new (:record_of_payments)
    on conflict do nothing
    returning id
),

attempt as (
    insert into payments.transaction (:fields_of_attempts)
    select new.*
    from jsonb_to_recordset(:attempts) as new (:record_of_attempts)
    inner join taken on new.payment_id = taken.id
)

select taken.id from taken;

-- holder_of_key
select :columns_of_payment
from payments.payment
where
    payment.tenant_id = :tenant_id
    and not payments.has_come_to_nothing(payment.status)
    and (
        (
            coalesce(payment.user_id::text, payment.created_by) = :scope
            and payment.idempotency_key = :idempotency_key
        )
        or (
            payment.order_id = :order_id
            and payment.request_identifier = :request_identifier
        )
    )
order by payment.idempotency_key is not distinct from :idempotency_key desc
limit 1;
