-- exchange_calls
select
    counted.tenant_id,
    counted.calls
from http.exchange_calls(:minute, :tenants, :amounts) as counted;

-- calls_of
select call_count.calls
from http.call_count
where
    call_count.tenant_id = :tenant_id
    and call_count.minute = :minute;

-- forget_calls
select http.forget_calls();
