-- insert_products
insert into catalog.product (
    id, options, name, description, billing_type, is_active, currency, settlement_asset,
    tax_category, images, metadata
)
select
    new.id, new.options -> 'list', new.name, new.description, new.billing_type, new.is_active,
    new.currency, new.settlement_asset, new.tax_category, new.images -> 'list', new.metadata
from unnest(
    :ids::uuid[], :options::jsonb[], :names::text[], :descriptions::text[],
    :billing_types::text[], :are_active::bool[], :currencies::text[], :assets::text[],
    :tax_categories::text[], :images::jsonb[], :metadatas::jsonb[]
) as new (
    id, options, name, description, billing_type, is_active, currency, settlement_asset,
    tax_category, images, metadata
);

-- update_products
update catalog.product
set
    name = coalesce(new.name, product.name),
    description = coalesce(new.description, product.description),
    billing_type = coalesce(new.billing_type, product.billing_type),
    is_active = coalesce(new.is_active, product.is_active),
    currency = coalesce(new.currency, product.currency),
    settlement_asset = coalesce(new.settlement_asset, product.settlement_asset),
    tax_category = coalesce(new.tax_category, product.tax_category),
    images = coalesce(new.images -> 'list', product.images),
    metadata = coalesce(new.metadata, product.metadata),
    updated_at = now()
from unnest(
    :ids::uuid[], :names::text[], :descriptions::text[], :billing_types::text[],
    :are_active::bool[], :currencies::text[], :assets::text[], :tax_categories::text[],
    :images::jsonb[], :metadatas::jsonb[]
) as new (
    id, name, description, billing_type, is_active, currency, settlement_asset, tax_category,
    images, metadata
)
where product.tenant_id = :tenant_id and product.id = new.id;

-- insert_listed_variants
-- A SKU that somebody took meanwhile keeps its row out, and so the import.
insert into catalog.variant (
    id, product_id, position, sku, name, options, weight_grams, is_active, metadata
)
select new.*
from unnest(
    :ids::uuid[], :product_ids::uuid[], :positions::int2[], :skus::text[], :names::text[],
    :options::jsonb[], :weights::int8[], :are_active::bool[], :metadatas::jsonb[]
) as new
on conflict (tenant_id, sku_folded) do nothing
returning variant.id;

-- update_variants
update catalog.variant
set
    name = coalesce(new.name, variant.name),
    options = coalesce(new.options, variant.options),
    weight_grams = coalesce(new.weight_grams, variant.weight_grams),
    is_active = coalesce(new.is_active, variant.is_active),
    metadata = coalesce(new.metadata, variant.metadata),
    updated_at = now()
from unnest(
    :ids::uuid[], :names::text[], :options::jsonb[], :weights::int8[], :are_active::bool[],
    :metadatas::jsonb[]
) as new (id, name, options, weight_grams, is_active, metadata)
where variant.tenant_id = :tenant_id and variant.id = new.id;
