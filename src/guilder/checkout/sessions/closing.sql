-- close_sessions
update checkout.session
set
    status = :status,
    updated_at = now()
where
    session.tenant_id = :tenant_id
    and session.id = any(:ids::uuid[])
    and session.status = 'open'
returning :columns_of_session;
