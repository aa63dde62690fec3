-- insert_refund
insert into checkout.refund (
    order_id, ordinal, amount_minor, shipping_minor, currency, reason, restocks, lines, created_by
)
values (
    :order_id, :ordinal, :amount_minor, :shipping_minor, :currency, :reason, :restocks, :lines,
    :created_by
)
returning :columns_of_refund;

-- name_movements
update checkout.refund
set transaction_ids = :transaction_ids
where refund.tenant_id = :tenant_id and refund.id = :refund_id;

-- find_refund
select :columns_of_refund
from checkout.refund
where
    refund.tenant_id = :tenant_id
    and refund.order_id = :order_id
    and refund.id = :refund_id;
