-- lock_variants
select variant.id
from catalog.variant
where variant.tenant_id = :tenant_id and variant.id = any(:ids::uuid[])
order by variant.id
for no key update;

-- listed_prices
select :columns_of_price
from catalog.price
where
    price.tenant_id = :tenant_id
    and price.variant_id = any(:variant_ids::uuid[])
    and price.kind = 'list'
    and price.replaced_at is null;

-- replace_prices
update catalog.price
set replaced_at = now()
from unnest(:variant_ids::uuid[], :currencies::text[]) as new (variant_id, currency)
where
    price.tenant_id = :tenant_id
    and price.variant_id = new.variant_id
    and price.currency = new.currency
    and price.kind = 'list'
    and price.replaced_at is null;

-- insert_prices
insert into catalog.price (
    variant_id, currency, unit_amount_decimal, kind, starts_at, ends_at, metadata, created_by
)
select
    new.variant_id, new.currency, new.amount, new.kind, coalesce(new.starts_at, now()),
    new.ends_at, new.metadata, :created_by::text
from unnest(
    :variant_ids::uuid[], :currencies::text[], :amounts::numeric[], :kinds::text[],
    :starts::timestamptz[], :ends::timestamptz[], :metadatas::jsonb[]
) as new (variant_id, currency, amount, kind, starts_at, ends_at, metadata)
returning :columns_of_price;

-- stop_price
update catalog.price
set replaced_at = now()
where price.tenant_id = :tenant_id and price.id = :price_id and price.replaced_at is null
returning :columns_of_price;

-- find_price
select :columns_of_price
from catalog.price
where price.tenant_id = :tenant_id and price.id = :price_id;

-- standing_prices
-- What stands now or is still to come, in the order in which it was set.
select :columns_of_price
from catalog.price
where
    price.tenant_id = :tenant_id
    and price.variant_id = any(:variant_ids::uuid[])
    and price.replaced_at is null
    and coalesce(price.ends_at > now(), true)
order by price.id;

-- newest_prices
select :columns_of_price
from catalog.price
where
    price.tenant_id = :tenant_id
    and price.variant_id = :variant_id
    and price.currency = :currency -- if :currency
    and ( -- if :is_standing
        price.replaced_at is null and coalesce(price.ends_at > now(), true) -- if :is_standing
    ) = :is_standing -- if :is_standing
    and price.id < :before -- if :before
order by price.id desc
limit :most;
