-- expire_carts
with due as materialized (
    select cart.id
    from checkout.cart
    where
        cart.tenant_id = :tenant_id
        and cart.status = 'open'
        and cart.expires_at <= now()
    order by cart.expires_at
    limit :most
    for no key update skip locked
)

update checkout.cart
set status = 'expired'
from due
where cart.tenant_id = :tenant_id and cart.id = due.id
returning :columns_of_cart;

-- leave_carts
-- It is told once; whoever touches the cart again makes it new.
with due as materialized (
    select cart.id
    from checkout.cart
    where
        cart.tenant_id = :tenant_id
        and cart.status = 'open'
        and cart.abandoned_at is null
        and cart.updated_at <= now() - checkout.abandoned_after(:tenant_id)
    order by cart.updated_at
    limit :most
    for no key update skip locked
)

update checkout.cart
set abandoned_at = now()
from due
where cart.tenant_id = :tenant_id and cart.id = due.id
returning :columns_of_cart;

-- next_look
select least(
    (
        select min(cart.expires_at)
        from checkout.cart
        where cart.tenant_id = :tenant_id and cart.status = 'open'
    ),
    (
        select min(cart.updated_at) + checkout.abandoned_after(:tenant_id)
        from checkout.cart
        where
            cart.tenant_id = :tenant_id
            and cart.status = 'open'
            and cart.abandoned_at is null
    )
) as due_at;
