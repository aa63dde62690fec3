-- insert_built_in
select identity.found_roles(
    :names::text[], :descriptions::text[], :holders::text[], :permissions::text[]
);

-- find_built_in
select role.id, role.built_in
from identity.role
where role.tenant_id = :tenant_id and role.built_in is not null;
