-- open_settings
-- A tenant's first change finds a row with the defaults.
insert into checkout.settings (
    tenant_id, checkout_minutes, cart_days, abandoned_minutes, max_refunds, send_receipts,
    issue_invoices
)
values (
    :tenant_id, :checkout_minutes, :cart_days, :abandoned_minutes, :max_refunds, :send_receipts,
    :issue_invoices
)
on conflict (tenant_id) do nothing;

-- lock_settings
-- Of two changes at once the second begins from what the first has made.
select :columns_of_settings
from checkout.settings
where settings.tenant_id = :tenant_id
for update;

-- update_settings
update checkout.settings
set
    seller_country = :seller_country,
    seller_region = :seller_region,
    vat_number = :vat_number,
    checkout_minutes = :checkout_minutes,
    cart_days = :cart_days,
    abandoned_minutes = :abandoned_minutes,
    max_refunds = :max_refunds,
    logo_url = :logo_url,
    brand_color = :brand_color,
    support_email = :support_email,
    seller_address = :seller_address,
    send_receipts = :send_receipts,
    issue_invoices = :issue_invoices,
    updated_at = now()
where settings.tenant_id = :tenant_id
returning :columns_of_settings;

-- find_settings
select :columns_of_settings
from checkout.settings
where settings.tenant_id = :tenant_id;
