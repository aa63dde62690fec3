-- lock_open
-- Of two who show the same token, the second finds it used.
select invitation.id
from identity.invitation
where
    invitation.tenant_id = :tenant_id
    and invitation.token_hash = :token_hash
    and invitation.status = 'pending'
    and invitation.expires_at > now()
for no key update;

-- is_same_address
select kernel.fold(:one) = kernel.fold(:other);

-- scopes_of_key
select unnest(api_key.scopes)
from identity.api_key
where
    api_key.tenant_id = :tenant_id
    and api_key.id = :key_id
    and api_key.revoked_at is null
    and (api_key.expires_at is null or api_key.expires_at > now());

-- set_accepted
update identity.invitation
set
    status = :status,
    accepted_by = :user_id,
    token_hash = null,
    updated_at = now()
where invitation.tenant_id = :tenant_id and invitation.id = :invitation_id;
