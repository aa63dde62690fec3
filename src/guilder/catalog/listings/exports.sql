-- listed_currencies
select distinct price.currency
from catalog.price
where price.tenant_id = :tenant_id and price.kind = 'list' and price.replaced_at is null
order by price.currency;

-- oldest_products
select :columns_of_product
from catalog.product
where
    product.tenant_id = :tenant_id
    and product.id > :after -- if :after
order by product.id
limit :most;
