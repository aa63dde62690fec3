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
    insert into payments.payment (
        id, order_id, user_id, customer_id, amount_minor, currency, status, capture, gateway,
        route_reason, gateway_payment_intent_id, description, statement_descriptor, metadata,
        payment_method_id, payment_method_token, instrument, is_off_session, country, return_url,
        idempotency_key, request_identifier, authorized_minor, captured_minor, last_error_code,
        last_error_message, expires_at, created_by
    )
    select new.*, :created_by::text
    from unnest(
        :ids::uuid[], :order_ids::text[], :user_ids::uuid[], :customer_ids::uuid[],
        :amounts::int8[], :currencies::text[], :statuses::text[], :captures::text[],
        :gateways::text[], :route_reasons::text[], :intents::text[], :descriptions::text[],
        :descriptors::text[], :metadatas::jsonb[], :method_ids::uuid[], :tokens::text[],
        :instruments::jsonb[], :off_sessions::bool[], :countries::text[], :return_urls::text[],
        :keys::text[], :requests::text[], :authorized::int8[], :captured::int8[],
        :error_codes::text[], :error_messages::text[], :expires_ats::timestamptz[]
    ) as new
    on conflict do nothing
    returning *
),

attempt as (
    insert into payments.transaction (
        payment_id, id, type, status, gateway_reference, fee_minor, error_code, error_message,
        amount_minor, currency, gateway, created_by, finished_at
    )
    select
        new.*, taken.last_error_message, taken.amount_minor, taken.currency, taken.gateway,
        taken.created_by, case when new.status <> 'open' then now() end
    from unnest(
        :charged_ids::uuid[], :attempt_ids::uuid[], :types::text[], :attempt_statuses::text[],
        :gateway_references::text[], :fees::int8[], :attempt_errors::text[]
    ) as new (payment_id, id, type, status, reference, fee, error)
    inner join taken on new.payment_id = taken.id
)

select taken.id from taken;

-- holder_of_key
select :columns_of_payment
from payments.payment
where
    payment.tenant_id = :tenant_id
    and payment.status not in ('failed', 'canceled')
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
