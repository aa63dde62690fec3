-- save_billing
update identity.user_account
set
    stripe_customer_id = :stripe_customer_id,
    stripe_subscription_id = :stripe_subscription_id,
    updated_at = now()
where user_account.tenant_id = :tenant_id and user_account.id = :user_id
returning :columns_of_user_account;
