-- lock_limits
-- Where the uses are limited, the next waits until this one is decided; where not, only a change
-- of the promotion waits. In the order of ids, so that two with several cannot wait for each other.
with limited as (
    select
        id, code, max_uses, max_uses_per_customer, uses,
        is_active and starts_at <= now() and (ends_at > now()) is not false as is_running
    from checkout.promotion
    where
        tenant_id = :tenant_id
        and id = any(:promotion_ids::uuid[])
        and max_uses is not null
    order by id
    for no key update
),

unlimited as (
    select
        id, code, max_uses, max_uses_per_customer, uses,
        is_active and starts_at <= now() and (ends_at > now()) is not false as is_running
    from checkout.promotion
    where
        tenant_id = :tenant_id
        and id = any(:promotion_ids::uuid[])
        and max_uses is null
    order by id
    for key share
)

select * from limited
union all
select * from unlimited;

-- take_turns
-- Of two checkouts of one buyer at once, the second counts what the first has taken.
select pg_advisory_xact_lock(turn.key)
from (
    select distinct
        hashtextextended('checkout.promotion ' || wanted.promotion_id || ' ' || wanted.buyer, 0)
            as key
    from unnest(:promotion_ids::uuid[], :buyers::text[]) as wanted (promotion_id, buyer)
    order by key
) as turn;

-- uses_of_buyers
select
    redemption.promotion_id,
    redemption.buyer,
    redemption.ordinal
from unnest(:promotion_ids::uuid[], :buyers::text[]) as wanted (promotion_id, buyer)
inner join checkout.redemption
    on
        wanted.promotion_id = redemption.promotion_id
        and wanted.buyer = redemption.buyer
        and redemption.tenant_id = :tenant_id
        and redemption.status <> 'released';

-- insert_held
with held as (
    insert into checkout.redemption (holder_id, promotion_id, buyer, ordinal)
    select new.*
    from unnest(
        :holder_ids::uuid[], :promotion_ids::uuid[], :buyers::text[], :ordinals::int8[]
    ) as new
)

update checkout.promotion
set uses = promotion.uses + counted.uses
from unnest(:counted_ids::uuid[], :counts::int8[]) as counted (id, uses)
where promotion.tenant_id = :tenant_id and promotion.id = counted.id;
