-- hold_member
-- Who changes or removes a member waits for those who act as this one.
select member.user_id
from identity.member
where member.tenant_id = :tenant_id and member.user_id = :user_id
for share;

-- hold_key
-- Who revokes a key waits for what it is making.
select api_key.id
from identity.api_key
where
    api_key.tenant_id = :tenant_id
    and api_key.id = :key_id
    and api_key.revoked_at is null
for share;

-- holdings
select
    member.user_id,
    case
        when tenant.owner_id = member.user_id then array['*']
        else array(
            select distinct role_permission.permission
            from identity.member_role
            inner join identity.role_permission
                on
                    member_role.tenant_id = role_permission.tenant_id
                    and member_role.role_id = role_permission.role_id
            where member_role.tenant_id = :tenant_id and member_role.member_id = member.id
        )
    end as permissions
from identity.member
inner join identity.tenant on member.tenant_id = tenant.id
where member.tenant_id = :tenant_id and member.user_id = any(:user_ids::uuid[]);

-- keys_going_back_to
-- Through revoked ones too: what they made may be open still.
with recursive made as (
    select
        api_key.id,
        maker.user_id
    from unnest(:user_ids::uuid[]) as maker (user_id)
    inner join identity.api_key
        on
            api_key.tenant_id = :tenant_id
            and api_key.created_by = 'user:' || maker.user_id::text
    union
    select
        api_key.id,
        made.user_id
    from made
    inner join identity.api_key
        on
            api_key.tenant_id = :tenant_id
            and api_key.created_by = 'api_key:' || made.id::text
)

select
    api_key.id,
    made.user_id,
    api_key.scopes
from made
inner join identity.api_key on api_key.tenant_id = :tenant_id and made.id = api_key.id
where api_key.revoked_at is null;

-- revoke_keys
update identity.api_key
set
    revoked_at = now(),
    updated_at = now()
where
    api_key.tenant_id = :tenant_id
    and api_key.id = any(:ids::uuid[])
    and api_key.revoked_at is null
returning :columns_of_api_key;
