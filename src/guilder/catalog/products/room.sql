-- count_products
select count(*)
from catalog.product
where product.tenant_id = :tenant_id and product.is_active;
