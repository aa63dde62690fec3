-- find_home
select home.tenant_id, home.user_id
from identity.home_of(:kind, kernel.fold(:name)) as home;

-- find_home_of_subject
select home.tenant_id, home.user_id
from identity.home_of('sso', :subject, :issuer) as home;

-- find_user_to_prove
select :columns_of_user_account
from identity.user_account
where
    user_account.tenant_id = :tenant_id
    and user_account.id = :user_id
    and user_account.deleted_at is null;

-- find_password_hash
select user_account.password_hash
from identity.user_account
where user_account.tenant_id = :tenant_id and user_account.id = :user_id;

-- save_password_hash
update identity.user_account
set password_hash = :password_hash, updated_at = now()
where user_account.tenant_id = :tenant_id and user_account.id = :user_id;
