-- refunds_of_order
select :columns_of_refund
from checkout.refund
where refund.tenant_id = :tenant_id and refund.order_id = :order_id
order by refund.ordinal;

-- end_refund
update checkout.refund
set status = :status, updated_at = now()
where refund.tenant_id = :tenant_id and refund.id = :refund_id;
