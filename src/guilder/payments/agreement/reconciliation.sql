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

-- our_movements
select :columns_of_transaction
from payments.transaction
where
    transaction.tenant_id = :tenant_id
    and transaction.gateway = :gateway
    and transaction.gateway_reference is not null
    and transaction.status = 'succeeded'
    and transaction.type in ('capture', 'refund', 'chargeback')
    and transaction.finished_at >= :since
    and transaction.finished_at < :until;

-- finish_reconciliation
update payments.reconciliation
set
    status = :status,
    movements = :movements,
    differences = :differences,
    error_message = :error_message,
    finished_at = now()
where
    reconciliation.tenant_id = :tenant_id
    and reconciliation.id = :reconciliation_id
returning :columns_of_reconciliation;
