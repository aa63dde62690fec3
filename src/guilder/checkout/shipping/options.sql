-- insert_option
insert into checkout.shipping_option (
    name, countries, min_weight_grams, max_weight_grams, currency, amount_minor, free_from_minor,
    tax_category, delivery_days, position, is_active, metadata
)
values (
    :name, :countries, :min_weight_grams, :max_weight_grams, :currency, :amount_minor,
    :free_from_minor, :tax_category, :delivery_days, :position, :is_active, :metadata
)
returning :columns_of_shipping_option;

-- lock_option
-- Of two changes at once the second begins from what the first has made.
select :columns_of_shipping_option
from checkout.shipping_option
where shipping_option.tenant_id = :tenant_id and shipping_option.id = :option_id
for no key update;

-- update_option
update checkout.shipping_option
set
    name = :name,
    countries = :countries,
    min_weight_grams = :min_weight_grams,
    max_weight_grams = :max_weight_grams,
    amount_minor = :amount_minor,
    free_from_minor = :free_from_minor,
    tax_category = :tax_category,
    delivery_days = :delivery_days,
    position = :position,
    is_active = :is_active,
    metadata = :metadata,
    updated_at = now()
where shipping_option.tenant_id = :tenant_id and shipping_option.id = :option_id
returning :columns_of_shipping_option;

-- find_option
select :columns_of_shipping_option
from checkout.shipping_option
where shipping_option.tenant_id = :tenant_id and shipping_option.id = :option_id;

-- newest_options
select :columns_of_shipping_option
from checkout.shipping_option
where
    shipping_option.tenant_id = :tenant_id
    and shipping_option.is_active = :active -- if :active
    and shipping_option.id < :before -- if :before
order by shipping_option.id desc
limit :most;
