-- hold_list
-- The owner's role, which every tenant has, stands for the list: names are chosen one by one.
select role.id
from identity.role
where role.tenant_id = :tenant_id and role.built_in = 'owner'
for no key update;

-- insert_role
with made as (
    insert into identity.role (name, description)
    values (:name, :description)
    returning role.id
),

held as (
    insert into identity.role_permission (role_id, permission)
    select
        made.id,
        wanted.permission
    from made
    cross join unnest(:permissions::text[]) as wanted (permission)
)

select made.id from made;

-- role_named
select role.id
from identity.role
where role.tenant_id = :tenant_id and role.name_folded = kernel.fold(:name);

-- find_roles
select :columns_of_known
from (
    select
        role.*,
        array(
            select role_permission.permission
            from identity.role_permission
            where
                role_permission.tenant_id = role.tenant_id
                and role_permission.role_id = role.id
            order by role_permission.permission collate "C"
        ) as permissions
    from identity.role
    where
        role.tenant_id = :tenant_id
        and role.id = any(:ids::uuid[]) -- if :ids
) as known
order by known.built_in is null, known.id;

-- hold_roles
-- Nobody changes or deletes them until they are given.
select role.id
from identity.role
where role.tenant_id = :tenant_id and role.id = any(:ids::uuid[])
order by role.id
for share;

-- lock_role
-- Whoever gives it to somebody waits, and then sees what it has become.
select role.id
from identity.role
where role.tenant_id = :tenant_id and role.id = :role_id
for update;

-- lock_holders
-- Who makes a key as one of them is waited for, and waits.
select member.user_id
from identity.member
where
    member.tenant_id = :tenant_id
    and member.id in (
        select member_role.member_id
        from identity.member_role
        where member_role.tenant_id = :tenant_id and member_role.role_id = :role_id
    )
order by member.id
for no key update;

-- save_role
update identity.role
set
    name = :name,
    description = :description,
    updated_at = now()
where role.tenant_id = :tenant_id and role.id = :role_id;

-- take_permissions
delete from identity.role_permission
where
    role_permission.tenant_id = :tenant_id
    and role_permission.role_id = :role_id
    and role_permission.permission = any(:permissions::text[]);

-- give_permissions
insert into identity.role_permission (role_id, permission)
select
    :role_id,
    wanted.permission
from unnest(:permissions::text[]) as wanted (permission);

-- use_of
select
    (
        select count(*)
        from identity.member_role
        where member_role.tenant_id = :tenant_id and member_role.role_id = :role_id
    ) as members,
    (
        select count(*)
        from identity.invitation_role
        inner join identity.invitation
            on
                invitation_role.tenant_id = invitation.tenant_id
                and invitation_role.invitation_id = invitation.id
        where
            invitation_role.tenant_id = :tenant_id
            and invitation_role.role_id = :role_id
            and invitation.status = 'pending'
    ) as invitations,
    (
        select count(*)
        from identity.identity_provider
        where
            identity_provider.tenant_id = :tenant_id
            and identity_provider.role_id = :role_id
    ) as identity_providers;

-- remove_role
delete from identity.role
where role.tenant_id = :tenant_id and role.id = :role_id;
