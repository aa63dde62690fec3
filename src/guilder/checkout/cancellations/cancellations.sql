-- insert_cancellation
insert into checkout.cancellation (order_id, reason, is_restocked, refund_id, created_by)
values (:order_id, :reason, :is_restocked, :refund_id, :created_by)
returning :columns_of_cancellation;

-- find_cancellation
select :columns_of_cancellation
from checkout.cancellation
where cancellation.tenant_id = :tenant_id and cancellation.order_id = :order_id;
