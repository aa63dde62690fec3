-- find_people
with page as materialized (
    select member.*
    from identity.member
    where
        member.tenant_id = :tenant_id
        and member.id = :member_id -- if :member_id
        and member.user_id = :user_id -- if :user_id
        and member.id < :before -- if :before
    order by member.id desc
    limit :most
)

select :columns_of_known
from (
    select
        face.*,
        page.id,
        page.metadata,
        page.created_at,
        page.updated_at,
        held.role_ids,
        held.role_names,
        coalesce(tenant.owner_id = page.user_id, false) as is_owner
    from page
    inner join identity.tenant on page.tenant_id = tenant.id
    inner join identity.faces(array(select one.user_id from page as one)) as face
        on page.user_id = face.user_id
    cross join lateral (
        select
            coalesce(array_agg(role.id order by role.name, role.id), '{}') as role_ids,
            coalesce(array_agg(role.name order by role.name, role.id), '{}') as role_names
        from identity.member_role
        inner join identity.role
            on member_role.tenant_id = role.tenant_id and member_role.role_id = role.id
        where member_role.tenant_id = page.tenant_id and member_role.member_id = page.id
    ) as held
) as known
order by known.id desc;
