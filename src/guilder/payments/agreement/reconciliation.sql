-- insert_reconciliation
insert into payments.reconciliation (gateway, since, until)
values (:gateway, :since, :until)
returning :columns_of_reconciliation;

-- find_reconciliation
select :columns_of_reconciliation
from payments.reconciliation
where reconciliation.tenant_id = :tenant_id and reconciliation.id = :reconciliation_id;

-- newest_reconciliations
select :columns_of_reconciliation
from payments.reconciliation
where
    reconciliation.tenant_id = :tenant_id
    and reconciliation.gateway = :gateway
    and reconciliation.id < :before -- if :before
order by reconciliation.id desc
limit :most;

-- finish_reconciliation
-- Who comes second overwrites nothing.
update payments.reconciliation
set
    status = :status,
    movements = :movements,
    differences = :differences,
    difference_count = :difference_count,
    error_message = :error_message,
    finished_at = now()
where
    reconciliation.tenant_id = :tenant_id
    and reconciliation.id = :reconciliation_id
    and reconciliation.status = 'running'
returning :columns_of_reconciliation;
