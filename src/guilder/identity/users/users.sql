-- insert_user
insert into identity.user_account (
    email, password_hash, name, username, language, email_verified_at, sso_provider, sso_subject
)
values (
    :email, :password_hash, :name, :username, :language, case when :is_verified then now() end,
    :sso_provider, :sso_subject
)
on conflict do nothing
returning :columns_of_user_account;

-- is_email_taken
select identity.is_email_taken(kernel.fold(:email));

-- take_username
select identity.take_username(:user_id, :username);

-- find_user
select :columns_of_user_account
from identity.user_account
where user_account.tenant_id = :tenant_id and user_account.id = :user_id;

-- lock_user
-- Two changes follow each other, and neither undoes the other.
select :columns_of_user_account
from identity.user_account
where user_account.tenant_id = :tenant_id and user_account.id = :user_id
for no key update;

-- save_profile
update identity.user_account
set
    name = :name,
    first_name = :first_name,
    last_name = :last_name,
    avatar_url = :avatar_url,
    phone_number = :phone_number,
    language = :language,
    metadata = :metadata,
    updated_at = now()
where user_account.tenant_id = :tenant_id and user_account.id = :user_id
returning :columns_of_user_account;
