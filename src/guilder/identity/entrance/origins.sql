-- is_origin_new
-- The first time everything is new, and nobody has to be told.
select
    exists (
        select
        from identity.session
        where session.tenant_id = :tenant_id and session.user_id = :user_id
    )
    and not exists (
        select
        from identity.session
        where
            session.tenant_id = :tenant_id
            and session.user_id = :user_id
            and session.address is not distinct from :address
            and session.user_agent is not distinct from :user_agent
    );
