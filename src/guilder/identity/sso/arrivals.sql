-- is_trusted
-- What a tenant has taken away or switched off lets nobody in who is at home there. Nor does what
-- the issuer has told another client, who may be anybody, and has it tell them who came by.
select count(*) > 0 as is_trusted
from identity.identity_provider
inner join identity.tenant on identity_provider.tenant_id = tenant.id
where
    identity_provider.tenant_id = :tenant_id
    and identity_provider.issuer = :issuer
    and identity_provider.client_id = :client_id
    and identity_provider.is_active
    and tenant.status <> 'cancelled';

-- may_write
select tenant.status = 'active' as may_write
from identity.tenant
where tenant.id = :tenant_id;

-- link_user
-- Not who has proved nothing yet, for whose address somebody else may have signed up; nor who
-- belongs to other tenants too, which have not chosen this issuer.
update identity.user_account
set sso_provider = :issuer, sso_subject = :subject, updated_at = now()
where
    user_account.tenant_id = :tenant_id
    and user_account.id = :user_id
    and user_account.sso_provider is null
    and user_account.email_verified_at is not null
    and exists (
        select
        from identity.tenant
        where tenant.id = user_account.tenant_id and tenant.status = 'active'
    )
    and not exists (
        select
        from identity.memberships(:user_id) as belonging
        where belonging.tenant_id <> :tenant_id
    )
returning :columns_of_user_account;
