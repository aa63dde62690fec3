-- insert_stock
insert into catalog.stock (variant_id, on_hand, allows_backorder)
select new.*
from unnest(:variant_ids::uuid[], :on_hands::int8[], :allowances::bool[]) as new
on conflict (tenant_id, variant_id) do nothing
returning stock.variant_id;

-- known_variants
select variant.id
from catalog.variant
where variant.tenant_id = :tenant_id and variant.id = any(:ids::uuid[]);

-- update_allowances
update catalog.stock
set allows_backorder = new.is_allowed, updated_at = now()
from unnest(:variant_ids::uuid[], :allowances::bool[]) as new (variant_id, is_allowed)
where
    stock.tenant_id = :tenant_id
    and stock.variant_id = new.variant_id
    and stock.allows_backorder <> new.is_allowed;

-- stock_of
select
    stock.variant_id, variant.sku, stock.on_hand, stock.reserved, stock.backordered,
    stock.allows_backorder, stock.created_at, stock.updated_at
from catalog.stock
inner join catalog.variant
    on variant.tenant_id = :tenant_id and stock.variant_id = variant.id
where stock.tenant_id = :tenant_id and stock.variant_id = any(:variant_ids::uuid[])
order by stock.variant_id;

-- newest_stock
select
    stock.variant_id, variant.sku, stock.on_hand, stock.reserved, stock.backordered,
    stock.allows_backorder, stock.created_at, stock.updated_at
from catalog.stock
inner join catalog.variant
    on variant.tenant_id = :tenant_id and stock.variant_id = variant.id
where
    stock.tenant_id = :tenant_id
    and variant.sku_folded = kernel.fold(:sku) -- if :sku
    and stock.variant_id = :variant_id -- if :variant_id
    and stock.on_hand - stock.reserved <= :low::int8 -- if :low
    and stock.variant_id < :before -- if :before
order by stock.variant_id desc
limit :most;
