-- set_verified
update identity.user_account
set email_verified_at = now(), updated_at = now()
where user_account.tenant_id = :tenant_id and user_account.id = :user_id
returning :columns_of_user_account;

-- take_email
select identity.take_email(:user_id, :email);
