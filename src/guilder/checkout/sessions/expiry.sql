-- expire_sessions
with due as materialized (
    select session.id
    from checkout.session
    where
        session.tenant_id = :tenant_id
        and session.status = 'open'
        and session.expires_at <= now()
    order by session.expires_at
    limit :most
    for no key update
)

update checkout.session
set
    status = 'expired',
    updated_at = now()
from due
where session.tenant_id = :tenant_id and session.id = due.id and session.status = 'open'
returning :columns_of_session;
