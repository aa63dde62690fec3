-- balances
select
    page.kind,
    page.owner,
    page.unit,
    page.incoming_minor,
    page.outgoing_minor,
    coalesce((
        select sum(hold.amount_minor - hold.taken_minor)
        from ledger.hold
        where
            hold.tenant_id = :tenant_id
            and hold.source_kind = page.kind
            and hold.source_owner = page.owner
            and hold.unit = page.unit
            and hold.released_at is null
    ), 0) as held_minor
from (
    select
        balance.kind,
        balance.owner,
        balance.unit,
        sum(balance.incoming_minor) as incoming_minor,
        sum(balance.outgoing_minor) as outgoing_minor
    from ledger.balance
    where
        balance.tenant_id = :tenant_id
        and balance.kind = :kind -- if :kind
        and balance.owner = :owner -- if :owner
        and balance.unit = :unit -- if :unit
        and (kind, owner, unit) > (:after_kind, :after_owner, :after_unit) -- if :after_kind
    group by balance.kind, balance.owner, balance.unit
    order by balance.kind, balance.owner, balance.unit
    limit :most
) as page
order by page.kind, page.owner, page.unit;

-- trial_balance
select
    balance.unit,
    balance.kind,
    count(distinct balance.owner)::int4 as accounts,
    sum(balance.incoming_minor) as incoming_minor,
    sum(balance.outgoing_minor) as outgoing_minor
from ledger.balance
where balance.tenant_id = :tenant_id
group by balance.unit, balance.kind
order by balance.unit, balance.kind;

-- drifts
with entered as (
    select
        side.kind,
        side.owner,
        entry.unit,
        sum(side.minor) as minor
    from ledger.entry
    cross join
        lateral (
            values
            (entry.source_kind, entry.source_owner, -entry.amount_minor),
            (entry.target_kind, entry.target_owner, entry.amount_minor)
        ) as side (kind, owner, minor)
    where entry.tenant_id = :tenant_id
    group by side.kind, side.owner, entry.unit
),

kept as (
    select
        balance.kind,
        balance.owner,
        balance.unit,
        sum(balance.incoming_minor - balance.outgoing_minor) as minor
    from ledger.balance
    where balance.tenant_id = :tenant_id
    group by balance.kind, balance.owner, balance.unit
)

select
    kind,
    owner,
    unit,
    coalesce(kept.minor, 0) as balance_minor,
    coalesce(entered.minor, 0) as entries_minor
from kept
full outer join entered using (kind, owner, unit)
where kept.minor is distinct from entered.minor
order by kind, owner, unit
limit :most;
