-- insert_notice
insert into payments.notice (gateway, gateway_notice_id, type, intent, dispute, payload)
values (:gateway, :gateway_notice_id, :type, :intent, :dispute, :payload)
on conflict (tenant_id, gateway, gateway_notice_id) do nothing
returning notice.id;

-- find_notice
select :columns_of_notice
from payments.notice
where notice.tenant_id = :tenant_id and notice.id = :notice_id;

-- is_charge_open
-- Whether a charge was given to this gateway before that moment, and its outcome is not known.
-- What its buyer has paid on the gateway's page has a name that we learn afterwards: of what was
-- taken already, it may be one that waits for its buyer, as far as we know.
select exists(
    select from payments.transaction
    where
        transaction.tenant_id = :tenant_id
        and transaction.gateway = :gateway
        and (
            transaction.status = 'open'
            or (:is_taken::bool and transaction.status = 'waiting')
        )
        and transaction.parent_id is null
        and transaction.created_at <= :until
);

-- mark_applied
update payments.notice
set applied_at = now()
where notice.tenant_id = :tenant_id and notice.id = :notice_id;
