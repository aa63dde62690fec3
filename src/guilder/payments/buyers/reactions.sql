-- move_methods
update payments.method
set
    customer_id = :target_id,
    is_default = method.is_default and not exists (
        select
        from payments.method as theirs
        where
            theirs.tenant_id = :tenant_id
            and theirs.customer_id = :target_id
            and theirs.is_default
    ),
    updated_at = now()
where method.tenant_id = :tenant_id and method.customer_id = :source_id
returning :columns_of_method;

-- move_begun
-- Only what has moved no money yet: what was paid stays in the books as it was.
update payments.payment
set customer_id = :target_id
where
    payment.tenant_id = :tenant_id
    and payment.customer_id = :source_id
    and payment.status = 'pending';

-- detach_methods
update payments.method
set
    detached_at = now(),
    is_default = false,
    metadata = '{}',
    updated_at = now()
where
    method.tenant_id = :tenant_id
    and method.customer_id = any(:customer_ids::uuid[])
    and method.detached_at is null
returning :columns_of_method;
