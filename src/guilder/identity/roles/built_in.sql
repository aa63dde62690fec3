-- insert_built_in
with founded as (
    insert into identity.role (name, description, built_in)
    select
        new.name,
        new.description,
        new.name as built_in
    from unnest(:names::text[], :descriptions::text[]) as new (name, description)
    returning role.id, role.built_in
)

insert into identity.role_permission (role_id, permission)
select founded.id, pair.permission
from unnest(:holders::text[], :permissions::text[]) as pair (holder, permission)
inner join founded on pair.holder = founded.built_in;

-- find_built_in
select role.id, role.built_in
from identity.role
where role.tenant_id = :tenant_id and role.built_in is not null;
