-- lock_password_hash
-- A change of the password comes before this sign-in, or after it and ends the session.
select user_account.password_hash
from identity.user_account
where user_account.tenant_id = :tenant_id and user_account.id = :user_id
for no key update;
