-- reservations_of
select :columns_of_reservation
from catalog.reservation
where reservation.tenant_id = :tenant_id and reservation.holder_id = any(:holder_ids::uuid[]);

-- held_by
select reservation.holder_id, reservation.variant_id, reservation.quantity
from catalog.reservation
where
    reservation.tenant_id = :tenant_id
    and reservation.holder_id = any(:holder_ids::uuid[])
    and reservation.status = 'held';

-- keep_units
with put as (
    update catalog.stock
    set
        on_hand = level.on_hand,
        reserved = level.reserved,
        backordered = level.backordered,
        updated_at = now()
    from unnest(
        :stock_ids::uuid[], :on_hands::int8[], :reserveds::int8[], :backordereds::int8[]
    ) as level (variant_id, on_hand, reserved, backordered)
    where stock.tenant_id = :tenant_id and stock.variant_id = level.variant_id
)

insert into catalog.reservation (holder_id, variant_id, quantity, expires_at)
select new.*
from unnest(
    :holder_ids::uuid[], :variant_ids::uuid[], :quantities::int8[], :expiries::timestamptz[]
) as new;

-- sell_units
-- What was kept before goes on as it was, but for its status.
with put as (
    update catalog.stock
    set
        on_hand = level.on_hand,
        reserved = level.reserved,
        backordered = level.backordered,
        updated_at = now()
    from unnest(
        :stock_ids::uuid[], :on_hands::int8[], :reserveds::int8[], :backordereds::int8[]
    ) as level (variant_id, on_hand, reserved, backordered)
    where stock.tenant_id = :tenant_id and stock.variant_id = level.variant_id
)

insert into catalog.reservation (holder_id, variant_id, quantity, expires_at, status)
select new.*, 'sold'
from unnest(
    :holder_ids::uuid[], :variant_ids::uuid[], :quantities::int8[], :expiries::timestamptz[]
) as new
on conflict (tenant_id, holder_id, variant_id) do update
set status = 'sold', updated_at = now();

-- release_reservations
update catalog.reservation
set status = 'released', updated_at = now()
where
    reservation.tenant_id = :tenant_id
    and reservation.holder_id = any(:holder_ids::uuid[])
    and reservation.variant_id = any(:variant_ids::uuid[])
    and reservation.status = 'held'
returning reservation.holder_id, reservation.variant_id, reservation.quantity;

-- newest_reservations
select :columns_of_reservation
from catalog.reservation
where
    reservation.tenant_id = :tenant_id
    and reservation.variant_id = :variant_id
    and reservation.status = :status -- if :status
    and reservation.id < :before -- if :before
order by reservation.id desc
limit :most;
