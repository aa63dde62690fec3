-- find_preferences
select :columns_of_email_preferences
from identity.email_preferences
where
    email_preferences.tenant_id = :tenant_id
    and email_preferences.user_id = :user_id;

-- save_preferences
insert into identity.email_preferences (
    user_id, product_updates, weekly_summary, payment_alerts, marketing
)
values (:user_id, :product_updates, :weekly_summary, :payment_alerts, :marketing)
on conflict (tenant_id, user_id) do update set
    product_updates = excluded.product_updates,
    weekly_summary = excluded.weekly_summary,
    payment_alerts = excluded.payment_alerts,
    marketing = excluded.marketing,
    updated_at = now();
