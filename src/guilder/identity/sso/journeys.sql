-- insert_journey
insert into identity.sso_journey (
    provider_id, state_hash, browser_hash, nonce, verifier_sealed, redirect_url, return_to,
    expires_at
)
values (
    :provider_id, :state_hash, :browser_hash, :nonce, :verifier_sealed, :redirect_url, :return_to,
    now() + interval '10 minutes'
);

-- use_journey
-- Once, and only by whoever has the browser in which it was begun, if it was begun in one.
update identity.sso_journey
set used_at = now()
where
    sso_journey.tenant_id = :tenant_id
    and sso_journey.state_hash = :state_hash
    and sso_journey.browser_hash is not distinct from :browser_hash
    and sso_journey.used_at is null
    and sso_journey.expires_at > now()
returning
    sso_journey.id,
    sso_journey.provider_id,
    sso_journey.nonce,
    sso_journey.verifier_sealed,
    sso_journey.redirect_url,
    sso_journey.return_to,
    sso_journey.used_at;

-- find_active
select :columns_of_identity_provider
from identity.identity_provider
inner join identity.tenant on identity_provider.tenant_id = tenant.id
where
    identity_provider.tenant_id = :tenant_id
    and identity_provider.id = :provider_id
    and identity_provider.is_active
    and tenant.status <> 'cancelled';

-- forget_journeys
-- A few at a time, and none that somebody is ending right now.
delete from identity.sso_journey
where
    sso_journey.tenant_id = :tenant_id
    and sso_journey.id in (
        select old.id
        from identity.sso_journey as old
        where old.tenant_id = :tenant_id and old.expires_at < now()
        order by old.expires_at
        limit 100
        for update skip locked
    );
