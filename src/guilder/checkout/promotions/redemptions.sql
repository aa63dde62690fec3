-- lock_redemptions
select :columns_of_redemption
from checkout.redemption
where
    redemption.tenant_id = :tenant_id
    and redemption.holder_id = any(:holder_ids::uuid[])
    and redemption.status = any(:statuses::text[])
order by redemption.holder_id, redemption.promotion_id
for no key update;

-- mark_used
-- A use that comes late has no number among its buyer's any more: another may have it by now.
with used as (
    update checkout.redemption
    set
        status = 'used',
        ordinal = case when redemption.status = 'held' then redemption.ordinal end,
        updated_at = now()
    where
        redemption.tenant_id = :tenant_id
        and redemption.id = any(:redemption_ids::uuid[])
)

update checkout.promotion
set uses = least(promotion.uses + late.uses, promotion.max_uses)
from unnest(:late_ids::uuid[], :counts::int8[]) as late (id, uses)
where
    promotion.tenant_id = :tenant_id
    and promotion.id = late.id
    and promotion.max_uses is not null;

-- mark_released
with released as (
    update checkout.redemption
    set
        status = 'released',
        updated_at = now()
    where
        redemption.tenant_id = :tenant_id
        and redemption.id = any(:redemption_ids::uuid[])
)

update checkout.promotion
set uses = promotion.uses - freed.uses
from unnest(:freed_ids::uuid[], :counts::int8[]) as freed (id, uses)
where
    promotion.tenant_id = :tenant_id
    and promotion.id = freed.id
    and promotion.max_uses is not null;

-- newest_redemptions
select :columns_of_redemption
from checkout.redemption
where
    redemption.tenant_id = :tenant_id
    and redemption.promotion_id = :promotion_id
    and redemption.status = :status -- if :status
    and redemption.id < :before -- if :before
order by redemption.id desc
limit :most;
