-- count_members
select count(*)
from identity.member
where member.tenant_id = :tenant_id;

-- lock_leaver
-- Also from whoever holds them to let them belong to a tenant: what was let in is seen then.
select :columns_of_user_account
from identity.user_account
where user_account.tenant_id = :tenant_id and user_account.id = :user_id
for update;

-- forget_user
update identity.user_account
set
    email = null,
    email_verified_at = null,
    username = null,
    password_hash = null,
    name = null,
    first_name = null,
    last_name = null,
    avatar_url = null,
    phone_number = null,
    sso_provider = null,
    sso_subject = null,
    stripe_customer_id = null,
    stripe_subscription_id = null,
    metadata = '{}',
    deleted_at = now(),
    updated_at = now()
where user_account.tenant_id = :tenant_id and user_account.id = :user_id;

-- forget_proofs
-- Tickets go with the addresses that they were mailed to.
with mailed as (
    delete from identity.ticket
    where ticket.tenant_id = :tenant_id and ticket.user_id = :user_id
)

delete from identity.second_factor
where second_factor.tenant_id = :tenant_id and second_factor.user_id = :user_id;

-- forget_places
update identity.session
set address = null, user_agent = null
where session.tenant_id = :tenant_id and session.user_id = :user_id;

-- forget_days
with noted as (
    delete from identity.activity
    where activity.tenant_id = :tenant_id and activity.user_id = :user_id
)

delete from identity.user_metric
where user_metric.tenant_id = :tenant_id and user_metric.user_id = :user_id;
