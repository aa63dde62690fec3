-- lock_session
select :columns_of_session
from checkout.session
where session.tenant_id = :tenant_id and session.id = :checkout_id
for no key update;
