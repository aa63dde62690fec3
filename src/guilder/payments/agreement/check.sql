-- extent
select
    (select count(*) from payments.payment where payment.tenant_id = :tenant_id) as payments,
    (select count(*) from payments.transaction where transaction.tenant_id = :tenant_id)
        as transactions,
    (select count(*) from ledger.entry where entry.tenant_id = :tenant_id) as entries,
    (
        select count(*)
        from payments.transaction
        where transaction.tenant_id = :tenant_id and transaction.status in ('open', 'waiting')
    ) as open_attempts;

-- against_transactions
with moved as (
    select
        transaction.payment_id,
        sum(transaction.amount_minor) filter (where transaction.type = 'capture') as captured,
        sum(transaction.amount_minor) filter (where transaction.type = 'refund') as refunded,
        sum(transaction.amount_minor) filter (where transaction.type = 'chargeback') as disputed
    from payments.transaction
    where
        transaction.tenant_id = :tenant_id
        and transaction.status = 'succeeded'
        and transaction.payment_id > :after -- if :after
        and transaction.payment_id <= :upto -- if :upto
    group by transaction.payment_id
)

select payment.id as payment_id, story.figure, story.minor as payment_minor, story.told_minor
from payments.payment
left join moved on payment.id = moved.payment_id
cross join lateral (
    values
    ('captured', payment.captured_minor, coalesce(moved.captured, 0)::int8),
    ('refunded', payment.refunded_minor, coalesce(moved.refunded, 0)::int8),
    ('disputed', payment.disputed_minor, coalesce(moved.disputed, 0)::int8)
) as story (figure, minor, told_minor)
where
    payment.tenant_id = :tenant_id
    and payment.id > :after -- if :after
    and payment.id <= :upto -- if :upto
    and story.minor <> story.told_minor
order by payment.id, story.figure
limit :most;

-- against_ledger
with entered as (
    select
        entry.subject_id,
        sum(entry.amount_minor) filter (where entry.reason = 'capture') as captured,
        sum(entry.amount_minor) filter (where entry.reason = 'refund') as refunded,
        coalesce(sum(entry.amount_minor) filter (where entry.reason = 'chargeback'), 0)
        - coalesce(sum(entry.amount_minor) filter (where entry.reason = 'dispute_won'), 0)
            as disputed
    from ledger.entry
    left join ledger.entry as reversal
        on
            entry.tenant_id = reversal.tenant_id
            and entry.journal_id = reversal.reverses
            and entry.line = reversal.line
    where
        entry.tenant_id = :tenant_id
        and entry.subject_id > :after -- if :after
        and entry.subject_id <= :upto -- if :upto
        and entry.reverses is null
        and reversal.reverses is null
    group by entry.subject_id
)

select payment.id as payment_id, story.figure, story.minor as payment_minor, story.told_minor
from payments.payment
left join entered on payment.id = entered.subject_id
cross join lateral (
    values
    ('captured', payment.captured_minor, coalesce(entered.captured, 0)::int8),
    ('refunded', payment.refunded_minor, coalesce(entered.refunded, 0)::int8),
    ('disputed', payment.disputed_minor, coalesce(entered.disputed, 0)::int8)
) as story (figure, minor, told_minor)
where
    payment.tenant_id = :tenant_id
    and payment.id > :after -- if :after
    and payment.id <= :upto -- if :upto
    and story.minor <> story.told_minor
order by payment.id, story.figure
limit :most;
