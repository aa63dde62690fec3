-- refunds_of_order
select :columns_of_refund
from checkout.refund
where refund.tenant_id = :tenant_id and refund.order_id = :order_id
order by refund.ordinal;

-- has_restocked
-- Written with the cancellation, so whoever holds the order sees it.
select cancellation.is_restocked
from checkout.cancellation
where cancellation.tenant_id = :tenant_id and cancellation.order_id = :order_id;

-- end_refunds
update checkout.refund
set status = ended.status, updated_at = now()
from unnest(:ids::uuid[], :statuses::text[]) as ended (id, status)
where refund.tenant_id = :tenant_id and refund.id = ended.id;
