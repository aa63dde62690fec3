-- tenants_that_invited
select identity.tenants_that_invited(
    kernel.fold(:email), :user_id, :until, :after_tenant, :most
) as tenant_id;

-- lock_invitations_of
-- Whoever answers one of them meanwhile is waited for.
select
    invitation.id,
    invitation.status = 'pending' as is_pending
from identity.invitation
where
    invitation.tenant_id = :tenant_id
    and invitation.id in (
        select mailed.id
        from identity.invitation as mailed
        where mailed.tenant_id = :tenant_id and mailed.email_folded = kernel.fold(:email)
        union all
        select answered.id
        from identity.invitation as answered
        where answered.tenant_id = :tenant_id and answered.accepted_by = :user_id
    )
    and invitation.email is not null
    and invitation.created_at <= :until
order by invitation.id
limit :most
for no key update;

-- forget_addresses
update identity.invitation
set
    email = null,
    message = null,
    updated_at = now()
where invitation.tenant_id = :tenant_id and invitation.id = any(:ids::uuid[]);
