-- balances
-- An account is named by what has moved, or by what is promised. Of each the first of a page are
-- read, by an index in its order, and so whatever the page shows is in one of them, and whole.
select
    kind, owner, unit,
    sum(incoming_minor) as incoming_minor,
    sum(outgoing_minor) as outgoing_minor,
    sum(held_minor) as held_minor
from (
    (
        select
            kind, owner, unit,
            sum(incoming_minor) as incoming_minor, sum(outgoing_minor) as outgoing_minor,
            0 as held_minor
        from ledger.balance
        where
            tenant_id = :tenant_id
            and kind = :kind -- if :kind
            and owner = :owner -- if :owner
            and unit = :unit -- if :unit
            and (kind, owner, unit) > (:after_kind, :after_owner, :after_unit) -- if :after_kind
        group by kind, owner, unit order by kind, owner, unit limit :most
    )
    union all
    (
        select source_kind, source_owner, unit, 0, 0, sum(amount_minor - taken_minor)
        from ledger.hold
        where
            tenant_id = :tenant_id and released_at is null
            and source_kind = :kind -- if :kind
            and source_owner = :owner -- if :owner
            and unit = :unit -- if :unit
            and (source_kind, source_owner, unit) -- if :after_kind
            > (:after_kind, :after_owner, :after_unit) -- if :after_kind
        group by source_kind, source_owner, unit
        order by source_kind, source_owner, unit limit :most
    )
) as named
group by kind, owner, unit order by kind, owner, unit limit :most;

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
