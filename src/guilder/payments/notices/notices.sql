-- insert_notice
insert into payments.notice (gateway, gateway_notice_id, type, intent, dispute, payload)
values (:gateway, :gateway_notice_id, :type, :intent, :dispute, :payload)
on conflict (tenant_id, gateway, gateway_notice_id) do nothing
returning notice.id;

-- find_notice
select :columns_of_notice
from payments.notice
where notice.tenant_id = :tenant_id and notice.id = :notice_id;

-- mark_applied
update payments.notice
set applied_at = now()
where notice.tenant_id = :tenant_id and notice.id = :notice_id;
