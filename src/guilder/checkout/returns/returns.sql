-- insert_return
insert into checkout.order_return (order_id, lines, reason, created_by)
values (:order_id, :lines, :reason, :created_by)
returning :columns_of_order_return;

-- end_return
update checkout.order_return
set
    status = :status,
    is_restocked = :is_restocked,
    refund_id = :refund_id,
    ended_by = :ended_by,
    ended_at = now(),
    updated_at = now()
where order_return.tenant_id = :tenant_id and order_return.id = :return_id
returning :columns_of_order_return;

-- find_return
select :columns_of_order_return
from checkout.order_return
where
    order_return.tenant_id = :tenant_id
    and order_return.order_id = :order_id
    and order_return.id = :return_id;

-- returns_of_order
select :columns_of_order_return
from checkout.order_return
where order_return.tenant_id = :tenant_id and order_return.order_id = :order_id
order by order_return.id;
