-- is_large
-- Counts no further than to the limit.
select
    exists (
        select from payments.payment
        where payment.tenant_id = :tenant_id
        order by payment.id offset :most
    )
    or exists (
        select from payments.transaction
        where transaction.tenant_id = :tenant_id
        order by transaction.id offset :most
    )
    or exists (
        select from ledger.entry
        where entry.tenant_id = :tenant_id
        order by entry.journal_id offset :most
    );

-- newest_check
select ledger_check.id
from payments.ledger_check
where ledger_check.tenant_id = :tenant_id
order by ledger_check.id desc
limit 1;

-- give_up
-- Its job is dead, and nobody else would end it.
update payments.ledger_check
set
    status = 'failed',
    error_message = 'it was given up',
    finished_at = now()
where
    ledger_check.tenant_id = :tenant_id
    and ledger_check.status = 'running'
    and ledger_check.created_at < now() - :age::interval;

-- insert_check
-- One at a time for each tenant.
insert into payments.ledger_check
default values
on conflict (tenant_id) where status = 'running' do nothing
returning :columns_of_ledger_check;

-- latest_check
select :columns_of_ledger_check
from payments.ledger_check
where ledger_check.tenant_id = :tenant_id
order by ledger_check.id desc
limit 1;

-- find_check
select :columns_of_ledger_check
from payments.ledger_check
where ledger_check.tenant_id = :tenant_id and ledger_check.id = :check_id;

-- end_of_piece
select payment.id
from payments.payment
where
    payment.tenant_id = :tenant_id
    and payment.id > :after -- if :after
order by payment.id
limit 1 offset :earlier;

-- allow_time
-- To the end of the transaction.
select set_config('statement_timeout', :longest, true);

-- finish_check
-- Who comes second overwrites nothing.
update payments.ledger_check
set
    status = :status,
    findings = :findings,
    error_message = :error_message,
    finished_at = now()
where
    ledger_check.tenant_id = :tenant_id
    and ledger_check.id = :check_id
    and ledger_check.status = 'running';
