-- find_preferences
select :columns_of_email_preferences
from identity.email_preferences
where
    email_preferences.tenant_id = :tenant_id
    and email_preferences.user_id = :user_id;

-- lock_preferences
-- Of two changes at once, neither undoes what the other one names.
select :columns_of_email_preferences
from identity.email_preferences
where
    email_preferences.tenant_id = :tenant_id
    and email_preferences.user_id = :user_id
for no key update;

-- begin_preferences
insert into identity.email_preferences (
    user_id, product_updates, weekly_summary, payment_alerts, marketing
)
values (:user_id, :product_updates, :weekly_summary, :payment_alerts, :marketing)
on conflict (tenant_id, user_id) do nothing;

-- save_preferences
update identity.email_preferences
set
    product_updates = :product_updates,
    weekly_summary = :weekly_summary,
    payment_alerts = :payment_alerts,
    marketing = :marketing,
    updated_at = now()
where
    email_preferences.tenant_id = :tenant_id
    and email_preferences.user_id = :user_id;
