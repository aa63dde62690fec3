-- lock_stock
-- In one order for everybody, so that nobody waits for each other in a circle.
select
    stock.variant_id, variant.sku, stock.on_hand, stock.reserved, stock.backordered,
    stock.allows_backorder, stock.created_at, stock.updated_at
from catalog.stock
inner join catalog.variant
    on variant.tenant_id = :tenant_id and stock.variant_id = variant.id
where stock.tenant_id = :tenant_id and stock.variant_id = any(:variant_ids::uuid[])
order by stock.variant_id
for no key update of stock;

-- update_stock
update catalog.stock
set
    on_hand = new.on_hand,
    reserved = new.reserved,
    backordered = new.backordered,
    updated_at = now()
from unnest(
    :stock_ids::uuid[], :on_hands::int8[], :reserveds::int8[], :backordereds::int8[]
) as new (variant_id, on_hand, reserved, backordered)
where stock.tenant_id = :tenant_id and stock.variant_id = new.variant_id;
