-- insert_tax_rate
insert into checkout.tax_rate (
    name, country, region, category, percentage, is_inclusive, is_active
)
values (:name, :country, :region, :category, :percentage, :is_inclusive, :is_active)
on conflict do nothing
returning :columns_of_tax_rate;

-- lock_tax_rate
-- Of two changes at once the second begins from what the first has made.
select :columns_of_tax_rate
from checkout.tax_rate
where tax_rate.tenant_id = :tenant_id and tax_rate.id = :rate_id
for update;

-- update_tax_rate
update checkout.tax_rate
set
    percentage = :percentage,
    is_inclusive = :is_inclusive,
    is_active = :is_active,
    updated_at = now()
where tax_rate.tenant_id = :tenant_id and tax_rate.id = :rate_id
returning :columns_of_tax_rate;

-- delete_tax_rate
delete from checkout.tax_rate
where tax_rate.tenant_id = :tenant_id and tax_rate.id = :rate_id
returning tax_rate.id;

-- find_tax_rate
select :columns_of_tax_rate
from checkout.tax_rate
where tax_rate.tenant_id = :tenant_id and tax_rate.id = :rate_id;

-- newest_tax_rates
select :columns_of_tax_rate
from checkout.tax_rate
where
    tax_rate.tenant_id = :tenant_id
    and tax_rate.country = :country -- if :country
    and tax_rate.region = :region -- if :region
    and tax_rate.id < :before -- if :before
order by tax_rate.id desc
limit :most;
