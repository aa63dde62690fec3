-- tenants_of_due_carts
select tenant.id
from checkout.tenants_of_due_carts(:abandoned_minutes, :after_tenant, :most) as tenant (id);

-- lock_over_carts
-- Whoever pays for a cart holds it meanwhile, so it is left out here.
select cart.id
from checkout.cart
where
    cart.tenant_id = :tenant_id
    and cart.status = 'open'
    and cart.expires_at <= now()
    and not checkout.is_being_paid(:tenant_id, cart.id)
order by cart.expires_at
limit :most
for no key update skip locked;

-- expire_carts
-- Somebody may have begun to pay just before the carts were held; no one begins after that.
update checkout.cart
set status = 'expired'
where
    cart.tenant_id = :tenant_id
    and cart.id = any(:ids::uuid[])
    and not checkout.is_being_paid(:tenant_id, cart.id)
returning :columns_of_cart;

-- lock_idle_carts
select cart.id
from checkout.cart
where
    cart.tenant_id = :tenant_id
    and cart.status = 'open'
    and cart.abandoned_at is null
    and cart.updated_at <= now() - checkout.abandoned_after(:tenant_id, :abandoned_minutes)
    and not checkout.is_handed_over(:tenant_id, cart.id)
order by cart.updated_at
limit :most
for no key update skip locked;

-- leave_carts
-- It is told once; whoever touches the cart again makes it new.
update checkout.cart
set abandoned_at = now()
where
    cart.tenant_id = :tenant_id
    and cart.id = any(:ids::uuid[])
    and not checkout.is_handed_over(:tenant_id, cart.id)
returning :columns_of_cart;
