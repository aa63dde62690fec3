-- offered
select
    variant.id as variant_id,
    variant.product_id,
    product.name as product_name,
    variant.name as variant_name,
    variant.sku,
    product.billing_type,
    product.tax_category,
    variant.weight_grams,
    wanted.currency,
    listed.id as price_id,
    trim_scale(listed.unit_amount_decimal) as list_amount_decimal,
    trim_scale(sale.unit_amount_decimal) as sale_amount_decimal,
    product.images ->> 0 as image,
    product.is_active and variant.is_active as is_active
from unnest(:variant_ids::uuid[], :currencies::text[]) as wanted (variant_id, currency)
inner join catalog.variant
    on variant.tenant_id = :tenant_id and wanted.variant_id = variant.id
inner join catalog.product
    on product.tenant_id = :tenant_id and variant.product_id = product.id
left join catalog.price as listed
    on
        listed.tenant_id = :tenant_id
        and variant.id = listed.variant_id
        and wanted.currency = listed.currency
        and listed.kind = 'list'
        and listed.replaced_at is null
left join lateral (
    select min(running.unit_amount_decimal) as unit_amount_decimal
    from catalog.price as running
    where
        running.tenant_id = :tenant_id
        and variant.id = running.variant_id
        and wanted.currency = running.currency
        and running.kind = 'sale'
        and running.replaced_at is null
        and running.starts_at <= now()
        and running.ends_at > now()
) as sale on true;
