-- delete_codes
delete from identity.recovery_code
where recovery_code.tenant_id = :tenant_id and recovery_code.user_id = :user_id;

-- insert_codes
insert into identity.recovery_code (user_id, code_hash)
select
    :user_id,
    spare.code_hash
from unnest(:code_hashes::bytea[]) as spare (code_hash);

-- spend_code
update identity.recovery_code
set used_at = now()
where
    recovery_code.tenant_id = :tenant_id
    and recovery_code.user_id = :user_id
    and recovery_code.code_hash = :code_hash
    and recovery_code.used_at is null
returning recovery_code.user_id;

-- count_codes
select count(*)
from identity.recovery_code
where
    recovery_code.tenant_id = :tenant_id
    and recovery_code.user_id = :user_id
    and recovery_code.used_at is null;
