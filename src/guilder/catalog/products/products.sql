-- insert_product
insert into catalog.product (
    id, name, description, billing_type, is_active, currency, settlement_asset, tax_category,
    options, images, metadata
)
values (
    :id, :name, :description, :billing_type, :is_active, :currency, :settlement_asset,
    :tax_category, :options::jsonb, :images::jsonb, :metadata
)
returning :columns_of_product;

-- update_product
update catalog.product
set
    name = :name,
    description = :description,
    billing_type = :billing_type,
    is_active = :is_active,
    currency = :currency,
    settlement_asset = :settlement_asset,
    tax_category = :tax_category,
    images = :images::jsonb,
    metadata = :metadata,
    updated_at = now()
where product.tenant_id = :tenant_id and product.id = :product_id
returning :columns_of_product;

-- find_product
select :columns_of_product
from catalog.product
where product.tenant_id = :tenant_id and product.id = :product_id;

-- newest_products
-- The word that says most leads to products; the others are looked up for each of them.
select :columns_of_product
from catalog.product
where
    product.tenant_id = :tenant_id
    and product.is_active = :is_active -- if :is_active
    and product.billing_type = :billing_type -- if :billing_type
    and product.id = ( -- if :sku
        select variant.product_id from catalog.variant -- if :sku
        where variant.tenant_id = :tenant_id and variant.sku_folded = kernel.fold(:sku) -- if :sku
    ) -- if :sku
    and product.id in ( -- if :word
        select found.product_id from catalog.search_word as found -- if :word
        where found.tenant_id = :tenant_id and found.word >= :word -- if :word
            and found.word < :beyond -- if :word
    ) -- if :word
    and not exists ( -- if :others
        select from unnest( -- if :others
            :others::text[], :others_beyond::text[] -- if :others
        ) as other (word, beyond) -- if :others
        where not exists ( -- if :others
            select from catalog.search_word as also -- if :others
            where also.tenant_id = :tenant_id and product.id = also.product_id -- if :others
                and also.word >= other.word collate "C" -- if :others
                and also.word < other.beyond collate "C" -- if :others
        ) -- if :others
    ) -- if :others
    and product.id < :before -- if :before
order by product.id desc
limit :most;
