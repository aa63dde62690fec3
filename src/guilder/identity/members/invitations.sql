-- is_member_address
select identity.is_member_address(kernel.fold(:email));

-- mailed_lately
-- With those that were taken back, or answered: they were mailed.
select
    coalesce(sum(invitation.mails), 0)::bigint as mails,
    min(invitation.last_mailed_at) as since
from identity.invitation
where
    invitation.tenant_id = :tenant_id
    and invitation.email_folded = kernel.fold(:email)
    and invitation.last_mailed_at > now() - :within::interval;

-- insert_invitation
-- It counts as mailed from the beginning: the mail leaves with the transaction.
with asked as (
    insert into identity.invitation
    (email, invited_by, message, mails, last_mailed_at, expires_at)
    values (:email, :invited_by, :message, 1, now(), :expires_at)
    on conflict (tenant_id, email_folded) where status = 'pending' do nothing
    returning *
),

promised as (
    insert into identity.invitation_role (invitation_id, role_id)
    select
        asked.id,
        wanted.role_id
    from asked
    cross join unnest(:role_ids::uuid[]) as wanted (role_id)
)

select :columns_of_known
from (
    select
        asked.*,
        :role_ids::uuid[] as role_ids
    from asked
) as known;

-- find_invitation
select :columns_of_known
from (
    select
        invitation.*,
        array(
            select invitation_role.role_id
            from identity.invitation_role
            where
                invitation_role.tenant_id = invitation.tenant_id
                and invitation_role.invitation_id = invitation.id
            order by invitation_role.role_id
        ) as role_ids
    from identity.invitation
    where invitation.tenant_id = :tenant_id and invitation.id = :invitation_id
) as known;

-- newest_invitations
select :columns_of_known
from (
    select
        invitation.*,
        array(
            select invitation_role.role_id
            from identity.invitation_role
            where
                invitation_role.tenant_id = invitation.tenant_id
                and invitation_role.invitation_id = invitation.id
            order by invitation_role.role_id
        ) as role_ids
    from identity.invitation
    where
        invitation.tenant_id = :tenant_id
        and invitation.status = :status -- if :status
        and invitation.id < :before -- if :before
    order by invitation.id desc
    limit :most
) as known
order by known.id desc;

-- lock_invitation
-- Of two who answer it, the second finds it answered.
select invitation.id
from identity.invitation
where invitation.tenant_id = :tenant_id and invitation.id = :invitation_id
for no key update;

-- lock_expired
select invitation.id
from identity.invitation
where
    invitation.tenant_id = :tenant_id
    and invitation.email_folded = kernel.fold(:email)
    and invitation.status = 'pending'
    and invitation.expires_at <= now()
for no key update;

-- save_mail
update identity.invitation
set
    mails = invitation.mails + 1,
    last_mailed_at = now(),
    invited_by = :invited_by,
    expires_at = :expires_at,
    updated_at = now()
where invitation.tenant_id = :tenant_id and invitation.id = :invitation_id;

-- set_status
update identity.invitation
set
    status = :status,
    token_hash = null,
    updated_at = now()
where invitation.tenant_id = :tenant_id and invitation.id = :invitation_id;
