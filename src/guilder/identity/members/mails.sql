-- put_token
-- The token of the mail before opens nothing from now on.
update identity.invitation
set token_hash = :token_hash
from identity.tenant
where
    invitation.tenant_id = :tenant_id
    and invitation.id = :invitation_id
    and invitation.status = 'pending'
    and invitation.expires_at > now()
    and tenant.id = :tenant_id
returning
    invitation.email,
    invitation.invited_by,
    invitation.message,
    invitation.expires_at,
    tenant.name as tenant,
    array(
        select role.name
        from identity.invitation_role
        inner join identity.role
            on invitation_role.tenant_id = role.tenant_id and invitation_role.role_id = role.id
        where
            invitation_role.tenant_id = :tenant_id
            and invitation_role.invitation_id = :invitation_id
        order by role.name
    ) as roles;
