-- insert_invoice
-- Whoever comes second waits for the first, and then gets nothing: an order has one invoice.
insert into checkout.invoice (order_id, seller, created_by)
values (:order_id, :seller, :created_by)
on conflict (tenant_id, order_id) do nothing
returning :columns_of_invoice;

-- find_invoice_of
select :columns_of_invoice
from checkout.invoice
where invoice.tenant_id = :tenant_id and invoice.order_id = :order_id;

-- find_invoice
select :columns_of_invoice
from checkout.invoice
where invoice.tenant_id = :tenant_id and invoice.id = :invoice_id;

-- newest_invoices
select :columns_of_invoice
from checkout.invoice
where
    invoice.tenant_id = :tenant_id
    and invoice.order_id = :order_id -- if :order_id
    and invoice.number < :before -- if :before
order by invoice.number desc
limit :most;
