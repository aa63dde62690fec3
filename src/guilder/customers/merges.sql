-- lock_customers
-- In the order of their ids, so that two merges of the same two wait instead of blocking each
-- other; and against whoever is about to write something for one of them.
select :columns_of_customer
from customers.customer
where customer.tenant_id = :tenant_id and customer.id = any(:ids::uuid[])
order by customer.id
for update;

-- follow
-- Whoever was merged into the one leads to the other from now on, in one step.
update customers.customer
set merged_into_id = :target_id
where customer.tenant_id = :tenant_id and customer.merged_into_id = :source_id;
