-- insert_fulfilment
insert into checkout.fulfilment (
    order_id, lines, carrier, tracking_number, tracking_url, created_by
)
values (:order_id, :lines, :carrier, :tracking_number, :tracking_url, :created_by)
returning :columns_of_fulfilment;

-- update_tracking
update checkout.fulfilment
set
    carrier = :carrier,
    tracking_number = :tracking_number,
    tracking_url = :tracking_url,
    updated_at = now()
where fulfilment.tenant_id = :tenant_id and fulfilment.id = :fulfilment_id
returning :columns_of_fulfilment;

-- end_fulfilment
update checkout.fulfilment
set status = :status, ended_by = :ended_by, ended_at = now(), updated_at = now()
where fulfilment.tenant_id = :tenant_id and fulfilment.id = :fulfilment_id
returning :columns_of_fulfilment;

-- find_fulfilment
select :columns_of_fulfilment
from checkout.fulfilment
where
    fulfilment.tenant_id = :tenant_id
    and fulfilment.order_id = :order_id
    and fulfilment.id = :fulfilment_id;

-- fulfilments_of_order
select :columns_of_fulfilment
from checkout.fulfilment
where fulfilment.tenant_id = :tenant_id and fulfilment.order_id = :order_id
order by fulfilment.id;
