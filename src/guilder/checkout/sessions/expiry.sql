-- expire_sessions
-- Their carts are held first, and in the order of their ids, as by whoever pays.
with held as materialized (
    select cart.id
    from checkout.cart
    where
        cart.tenant_id = :tenant_id
        and cart.id = any(array(
            select session.cart_id
            from checkout.session
            where
                session.tenant_id = :tenant_id
                and session.status = 'open'
                and session.expires_at <= now()
            order by session.expires_at
            limit :most
        ))
    order by cart.id
    for no key update
),

due as materialized (
    select session.id
    from checkout.session
    inner join held on session.cart_id = held.id
    where
        session.tenant_id = :tenant_id
        and session.status = 'open'
        and session.expires_at <= now()
    order by session.id
    for no key update of session
)

update checkout.session
set
    status = 'expired',
    updated_at = now()
from due
where session.tenant_id = :tenant_id and session.id = due.id and session.status = 'open'
returning :columns_of_session;
