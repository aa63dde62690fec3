-- lines_of_carts
select :columns_of_cart_line
from checkout.cart_line
where cart_line.tenant_id = :tenant_id and cart_line.cart_id = any(:cart_ids::uuid[])
order by cart_line.id;

-- insert_lines
insert into checkout.cart_line as cart_line (cart_id, variant_id, quantity, metadata)
select
    new.cart_id,
    new.variant_id,
    new.quantity,
    new.metadata
from unnest(
    :cart_ids::uuid[], :variant_ids::uuid[], :quantities::int8[], :metadatas::jsonb[]
) with ordinality as new (cart_id, variant_id, quantity, metadata, place)
order by new.place
on conflict (tenant_id, cart_id, variant_id) do update set
    quantity = cart_line.quantity + excluded.quantity,
    metadata = cart_line.metadata || excluded.metadata,
    updated_at = now()
returning :columns_of_cart_line;

-- update_line
update checkout.cart_line
set
    quantity = :quantity,
    metadata = :metadata,
    updated_at = now()
where
    cart_line.tenant_id = :tenant_id
    and cart_line.cart_id = :cart_id
    and cart_line.id = :line_id
returning cart_line.id;

-- delete_line
delete from checkout.cart_line
where
    cart_line.tenant_id = :tenant_id
    and cart_line.cart_id = :cart_id
    and cart_line.id = :line_id
returning cart_line.id;
