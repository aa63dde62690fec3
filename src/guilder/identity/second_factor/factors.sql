-- find_factor
select :columns_of_second_factor
from identity.second_factor
where second_factor.tenant_id = :tenant_id and second_factor.user_id = :user_id;

-- begin_factor
-- One that counts is not replaced: it is taken off first.
insert into identity.second_factor (user_id, secret_sealed)
values (:user_id, :secret_sealed)
on conflict (tenant_id, user_id) do update
    set secret_sealed = :secret_sealed, last_step = 0, created_at = now()
    where second_factor.confirmed_at is null
returning second_factor.user_id;

-- confirm_factor
update identity.second_factor
set confirmed_at = now()
where
    second_factor.tenant_id = :tenant_id
    and second_factor.user_id = :user_id
    and second_factor.confirmed_at is null
returning second_factor.user_id;

-- spend_step
-- Of two who show the same code, one has come first; and none that is older is shown after it.
update identity.second_factor
set last_step = :step
where
    second_factor.tenant_id = :tenant_id
    and second_factor.user_id = :user_id
    and second_factor.last_step < :step
    and second_factor.secret_sealed = :secret_sealed
returning second_factor.user_id;

-- delete_factor
delete from identity.second_factor
where second_factor.tenant_id = :tenant_id and second_factor.user_id = :user_id;
