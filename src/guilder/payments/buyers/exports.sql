-- payments_of_customers
select :columns_of_payment
from payments.payment
where payment.tenant_id = :tenant_id and payment.customer_id = any(:customer_ids::uuid[])
order by payment.id desc
limit :most;

-- methods_of_customers
-- Those too that are used no more.
select :columns_of_method
from payments.method
where method.tenant_id = :tenant_id and method.customer_id = any(:customer_ids::uuid[])
order by method.id desc
limit :most;
