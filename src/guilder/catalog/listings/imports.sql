-- hold_imports
-- One import of a tenant at a time, and meanwhile no variant changes its SKU.
select pg_advisory_xact_lock(hashtextextended('catalog import ' || :tenant_id::uuid::text, 0));

-- fold_skus
select kernel.fold(sku.text) as folded
from unnest(:skus::text[]) with ordinality as sku (text, place)
order by sku.place;

-- variants_with_skus
select :columns_of_variant
from catalog.variant
where variant.tenant_id = :tenant_id and variant.sku_folded = any(:folded::text[]);

-- lock_products
select :columns_of_product
from catalog.product
where product.tenant_id = :tenant_id and product.id = any(:ids::uuid[])
order by product.id
for no key update;
