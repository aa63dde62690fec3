-- hold_user
select identity.hold_user(:home_tenant_id, :user_id);

-- insert_member
with added as (
    insert into identity.member (user_id, home_tenant_id)
    values (:user_id, :home_tenant_id)
    on conflict (tenant_id, user_id) do nothing
    returning *
),

held as (
    insert into identity.member_role (member_id, role_id)
    select
        added.id,
        wanted.role_id
    from added
    cross join unnest(:role_ids::uuid[]) as wanted (role_id)
)

select :columns_of_known
from (
    select
        added.*,
        :role_ids::uuid[] as role_ids
    from added
) as known;

-- lock_member
-- Who makes a key as this member is waited for, and waits.
select member.id
from identity.member
where member.tenant_id = :tenant_id and member.id = :member_id
for update;

-- find_member
select :columns_of_known
from (
    select
        member.*,
        array(
            select member_role.role_id
            from identity.member_role
            where member_role.tenant_id = member.tenant_id and member_role.member_id = member.id
            order by member_role.role_id
        ) as role_ids
    from identity.member
    where member.tenant_id = :tenant_id and member.id = :member_id
) as known;

-- is_owner
select coalesce(tenant.owner_id = :user_id, false)
from identity.tenant
where tenant.id = :tenant_id;

-- save_member
with taken as (
    delete from identity.member_role
    where
        member_role.tenant_id = :tenant_id
        and member_role.member_id = :member_id
        and not member_role.role_id = any(:role_ids::uuid[])
),

given as (
    insert into identity.member_role (member_id, role_id)
    select
        :member_id,
        wanted.role_id
    from unnest(:role_ids::uuid[]) as wanted (role_id)
    on conflict (tenant_id, member_id, role_id) do nothing
),

changed as (
    update identity.member
    set
        metadata = :metadata,
        updated_at = now()
    where member.tenant_id = :tenant_id and member.id = :member_id
    returning *
)

select :columns_of_known
from (
    select
        changed.*,
        :role_ids::uuid[] as role_ids
    from changed
) as known;

-- delete_member
delete from identity.member
where member.tenant_id = :tenant_id and member.id = :member_id;

-- count_members
select
    (
        select count(*)
        from identity.member
        where member.tenant_id = :tenant_id
    )
    + (
        select count(*)
        from identity.invitation
        where
            invitation.tenant_id = :tenant_id
            and invitation.status = 'pending'
            and invitation.expires_at > now()
    );
