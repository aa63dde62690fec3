-- insert_promotion
insert into checkout.promotion (
    code, name, kind, percentage, amount_minor, currency, minimum_minor, max_uses,
    max_uses_per_customer, is_stackable, is_active, product_ids, starts_at, ends_at, metadata
)
values (
    :code, :name, :kind, :percentage, :amount_minor, :currency, :minimum_minor, :max_uses,
    :max_uses_per_customer, :is_stackable, :is_active, :product_ids, :starts_at, :ends_at, :metadata
)
on conflict (tenant_id, code_folded) where code is not null do nothing
returning :columns_of_promotion;

-- lock_promotion
-- Nobody holds a use of it meanwhile, whether its uses are limited or not.
select :columns_of_promotion
from checkout.promotion
where promotion.tenant_id = :tenant_id and promotion.id = :promotion_id
for update;

-- update_promotion
update checkout.promotion
set
    name = :name,
    max_uses = :max_uses,
    max_uses_per_customer = :max_uses_per_customer,
    uses = :uses,
    is_active = :is_active,
    ends_at = :ends_at,
    metadata = :metadata,
    updated_at = now()
where promotion.tenant_id = :tenant_id and promotion.id = :promotion_id
returning :columns_of_promotion;

-- find_promotion
select :columns_of_promotion
from checkout.promotion
where promotion.tenant_id = :tenant_id and promotion.id = :promotion_id;

-- find_code
select :columns_of_promotion
from checkout.promotion
where
    promotion.tenant_id = :tenant_id
    and promotion.code is not null
    and promotion.code_folded = kernel.fold(:code);

-- newest_promotions
select :columns_of_promotion
from checkout.promotion
where
    promotion.tenant_id = :tenant_id
    and promotion.code is not null -- if :code
    and promotion.code_folded = kernel.fold(:code) -- if :code
    and promotion.is_active = :active -- if :active
    and promotion.id < :before -- if :before
order by promotion.id desc
limit :most;

-- counted_uses
-- In the order asked for. After a lock it sees what those have written who were waited for.
select (
    select count(*)
    from checkout.redemption
    where
        redemption.tenant_id = :tenant_id
        and redemption.promotion_id = wanted.id
        and redemption.status <> 'released'
) as uses
from unnest(:promotion_ids::uuid[]) with ordinality as wanted (id, place)
order by wanted.place;
