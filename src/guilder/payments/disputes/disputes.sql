-- dispute_named
select :columns_of_dispute
from payments.dispute
where
    dispute.tenant_id = :tenant_id
    and dispute.gateway = :gateway
    and dispute.gateway_dispute_id = :reference;

-- insert_dispute
insert into payments.dispute (
    payment_id, gateway, gateway_dispute_id, status, is_inquiry, amount_minor, currency, reason,
    evidence_due_at
)
values (
    :payment_id, :gateway, :reference, 'open', :is_inquiry, :amount_minor, :currency, :reason, :due
)
returning :columns_of_dispute;

-- update_dispute
update payments.dispute
set
    status = :status,
    is_inquiry = :is_inquiry,
    amount_minor = :amount_minor,
    fee_minor = :fee_minor,
    evidence_due_at = :due,
    closed_at = case
        when :status in ('won', 'lost') then coalesce(dispute.closed_at, now())
    end,
    updated_at = now()
where dispute.tenant_id = :tenant_id and dispute.id = :dispute_id
returning :columns_of_dispute;

-- keep_evidence
update payments.dispute
set
    evidence = :evidence,
    updated_at = now()
where dispute.tenant_id = :tenant_id and dispute.id = :dispute_id
returning :columns_of_dispute;

-- mark_handed_in
update payments.dispute
set
    evidence_sent_at = now(),
    updated_at = now()
where dispute.tenant_id = :tenant_id and dispute.id = :dispute_id;

-- find_dispute
select :columns_of_dispute
from payments.dispute
where dispute.tenant_id = :tenant_id and dispute.id = :dispute_id;

-- newest_disputes
select :columns_of_dispute
from payments.dispute
where
    dispute.tenant_id = :tenant_id
    and dispute.status = :status -- if :status
    and dispute.payment_id = :payment_id -- if :payment_id
    and dispute.id < :before -- if :before
order by dispute.id desc
limit :most;
