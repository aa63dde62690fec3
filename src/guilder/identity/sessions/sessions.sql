-- insert_session
insert into identity.session (
    user_id, token_hash, is_second_factor_shown, address, user_agent, expires_at
)
values (
    :user_id, :token_hash, :is_second_factor_shown, :address, :user_agent, :expires_at
)
returning :columns_of_session;

-- open_sessions
select :columns_of_session
from identity.session
where
    session.tenant_id = :tenant_id
    and session.user_id = :user_id
    and session.ended_at is null
    and session.expires_at > now()
    and session.last_seen_at > now() - identity.session_idle()
order by session.last_seen_at desc, session.id desc;

-- end_beyond
update identity.session
set ended_at = now(), ended_because = 'renewed'
where
    session.tenant_id = :tenant_id
    and session.id in (
        select old.id
        from identity.session as old
        where
            old.tenant_id = :tenant_id
            and old.user_id = :user_id
            and old.ended_at is null
            and old.expires_at > now()
        order by old.last_seen_at desc, old.id desc
        offset :most
    );

-- end_sessions_by_id
update identity.session
set ended_at = now(), ended_because = :because
where
    session.tenant_id = :tenant_id
    and session.id = any(:ids::uuid[])
    and session.ended_at is null
returning :columns_of_session;

-- end_sessions_of
update identity.session
set ended_at = now(), ended_because = :because
where
    session.tenant_id = :tenant_id
    and session.user_id = :user_id
    and session.ended_at is null
    and session.id <> :but -- if :but
returning :columns_of_session;

-- note_session
-- Several processes note uses; the latest stands.
update identity.session
set last_seen_at = :seen_at
where
    session.tenant_id = :tenant_id
    and session.id = :session_id
    and session.last_seen_at < :seen_at;
