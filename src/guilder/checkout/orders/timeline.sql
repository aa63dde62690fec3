-- happenings_of
-- A row that has come to its end tells of two things: how it began, and how it ended.
with parcels as (
    select
        'fulfilment' as kind, status, lines, created_at, created_by, ended_at, ended_by,
        nullif(concat_ws(' ', carrier, tracking_number), '') as words
    from checkout.fulfilment
    where tenant_id = :tenant_id and order_id = :order_id
    union all
    select 'return', status, lines, created_at, created_by, ended_at, ended_by, reason
    from checkout.order_return
    where tenant_id = :tenant_id and order_id = :order_id
),

counted as (
    select
        parcels.*,
        (
            select sum((line ->> 'quantity')::int8)::int8 from jsonb_array_elements(lines) as line
        ) as pieces
    from parcels
)

select
    refund.created_at as at, 'refund' as kind, refund.amount_minor, null::int8 as pieces,
    refund.reason as words, refund.created_by as actor
from checkout.refund where tenant_id = :tenant_id and order_id = :order_id
union all
select cancellation.created_at, 'canceled', null, null, cancellation.reason, cancellation.created_by
from checkout.cancellation where tenant_id = :tenant_id and order_id = :order_id
union all
select created_at, case kind when 'return' then 'requested' else 'shipped' end, null, pieces, words,
    created_by
from counted
union all
select
    ended_at,
    case
        when status <> 'canceled' then status when kind = 'return' then 'kept' else 'called_back'
    end, null, pieces, words, ended_by
from counted where ended_at is not null;
