-- current_key
select :columns_of_signing_key
from checkout.signing_key
where signing_key.tenant_id = :tenant_id and signing_key.retired_at is null;

-- published_keys
select :columns_of_signing_key
from checkout.signing_key
where
    signing_key.tenant_id = :tenant_id
    and (signing_key.retired_at is null or signing_key.retired_at > :retired_after)
order by signing_key.id desc;

-- insert_key
insert into checkout.signing_key (public_key, private_key)
values (:public_key, :private_key)
on conflict (tenant_id) where retired_at is null do nothing
returning signing_key.id;

-- retire_key
update checkout.signing_key
set retired_at = now()
where signing_key.tenant_id = :tenant_id and signing_key.retired_at is null
returning signing_key.id;
