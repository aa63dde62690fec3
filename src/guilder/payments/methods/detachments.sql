-- detach_method
update payments.method
set
    detached_at = now(),
    is_default = false,
    updated_at = now()
where
    method.tenant_id = :tenant_id
    and method.id = :method_id
    and method.detached_at is null
returning :columns_of_method;
