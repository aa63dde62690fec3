-- insert_instrument
insert into payments.sandbox_instrument (token, customer)
values (:token, :customer)
returning sandbox_instrument.token, sandbox_instrument.customer, sandbox_instrument.forgotten_at;

-- instrument_of
select sandbox_instrument.token, sandbox_instrument.customer, sandbox_instrument.forgotten_at
from payments.sandbox_instrument
where sandbox_instrument.tenant_id = :tenant_id and sandbox_instrument.token = :token;

-- forget_instrument
update payments.sandbox_instrument
set forgotten_at = now()
where
    sandbox_instrument.tenant_id = :tenant_id
    and sandbox_instrument.token = :token
    and sandbox_instrument.forgotten_at is null;
