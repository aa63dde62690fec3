-- lock_checkouts
with held as materialized (
    select cart.id
    from checkout.cart
    where
        cart.tenant_id = :tenant_id
        and cart.id = any(array(
            select session.cart_id
            from checkout.session
            where session.tenant_id = :tenant_id and session.id = any(:ids::uuid[])
        ))
    order by cart.id
    for no key update
)

select :columns_of_session
from checkout.session
inner join held on session.cart_id = held.id
where session.tenant_id = :tenant_id and session.id = any(:ids::uuid[])
order by session.id
for no key update of session;

-- name_payments
update checkout.session
set
    payment_id = new.payment_id,
    updated_at = now()
from unnest(:ids::uuid[], :payment_ids::uuid[]) as new (id, payment_id)
where session.tenant_id = :tenant_id and session.id = new.id;
