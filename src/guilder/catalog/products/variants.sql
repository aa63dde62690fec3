-- fresh_ids
select kernel.uuid7() as id from generate_series(1, :count::int4);

-- lock_product
select :columns_of_product
from catalog.product
where product.tenant_id = :tenant_id and product.id = :product_id
for no key update;

-- variants_of
select :columns_of_variant
from catalog.variant
where variant.tenant_id = :tenant_id and variant.product_id = any(:product_ids::uuid[])
order by variant.product_id, variant.position, variant.id;

-- find_variant
select :columns_of_variant
from catalog.variant
where variant.tenant_id = :tenant_id and variant.id = :variant_id;

-- variant_with_sku
select variant.id
from catalog.variant
where variant.tenant_id = :tenant_id and variant.sku_folded = kernel.fold(:sku);

-- wait_for_skus
-- Of two who give the same SKU at once, the second looks when the first is done.
select pg_advisory_xact_lock(wanted.key)
from (
    select distinct hashtextextended(:tenant_id::uuid::text || kernel.fold(sku.text), 0) as key
    from unnest(:skus::text[]) as sku (text)
    order by key
) as wanted;

-- wait_for_imports
select pg_advisory_xact_lock_shared(
    hashtextextended('catalog import ' || :tenant_id::uuid::text, 0)
);

-- insert_variants
insert into catalog.variant (
    product_id, position, id, sku, name, options, weight_grams, is_active, metadata
)
select
    :product_id, :first::int4 + new.place - 1, new.id, new.sku, new.name, new.options,
    new.weight_grams, new.is_active, new.metadata
from unnest(
    :ids::uuid[], :skus::text[], :names::text[], :options::jsonb[], :weights::int8[],
    :are_active::bool[], :metadatas::jsonb[]
) with ordinality as new (id, sku, name, options, weight_grams, is_active, metadata, place)
on conflict (tenant_id, sku_folded) do nothing
returning :columns_of_variant;

-- update_variant
update catalog.variant
set
    sku = :sku,
    name = :name,
    options = :options,
    weight_grams = :weight_grams,
    is_active = :is_active,
    metadata = :metadata,
    updated_at = now()
where variant.tenant_id = :tenant_id and variant.id = :variant_id
returning :columns_of_variant;
