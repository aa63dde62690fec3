-- insert_orders
with placed as (
    insert into checkout.placed_order (
        id, number, checkout_id, cart_id, payment_id, customer_id, currency, subtotal_minor,
        discount_minor, shipping_minor, tax_minor, total_minor, shipping, discounts, taxes,
        is_reverse_charge, max_refunds, metadata, buyer, created_by
    )
    select new.*, :created_by::text
    from unnest(
        :ids::uuid[], :numbers::int8[], :checkout_ids::uuid[], :cart_ids::uuid[],
        :payment_ids::uuid[], :customer_ids::uuid[], :currencies::text[], :subtotals::int8[],
        :discounts_minor::int8[], :shippings_minor::int8[], :taxes_minor::int8[],
        :totals::int8[], :shippings::jsonb[], :discounts::jsonb[], :taxes::jsonb[],
        :reverse_charges::bool[], :max_refunds::int4[], :metadatas::jsonb[],
        :buyers::jsonb[]
    ) as new
    returning *
),

lines as (
    insert into checkout.order_line (
        id, order_id, position, product_id, variant_id, product_name, variant_name, sku, image,
        unit_amount_decimal, quantity, subtotal_minor, discount_minor, tax_minor, total_minor,
        taxes
    )
    select new.*
    from unnest(
        :line_ids::uuid[], :line_order_ids::uuid[], :positions::int2[], :product_ids::uuid[],
        :variant_ids::uuid[], :product_names::text[], :variant_names::text[], :skus::text[],
        :images::text[], :unit_amounts::numeric[], :quantities::int8[], :line_subtotals::int8[],
        :line_discounts::int8[], :line_taxes_minor::int8[], :line_totals::int8[],
        :line_taxes::jsonb[]
    ) as new
)

select :columns_of_placed from placed;

-- complete_sessions
-- One that was paid too late stays expired. Its cart was ordered all the same.
with ordered as (
    update checkout.cart
    set status = 'ordered', updated_at = now()
    from checkout.session
    where
        session.tenant_id = :tenant_id
        and session.id = any(:ids::uuid[])
        and cart.tenant_id = session.tenant_id
        and cart.id = session.cart_id
        and cart.status in ('open', 'expired')
)

update checkout.session
set
    status = 'completed',
    payment_id = paid.payment_id,
    completed_at = now(),
    updated_at = now()
from unnest(:ids::uuid[], :payment_ids::uuid[]) as paid (id, payment_id)
where
    session.tenant_id = :tenant_id
    and session.id = paid.id
    and session.status = 'open'
returning :columns_of_session;

-- orders_by_ids
select :columns_of_placed_order
from checkout.placed_order
where placed_order.tenant_id = :tenant_id and placed_order.id = any(:ids::uuid[]);

-- lines_of_orders
select :columns_of_order_line
from checkout.order_line
where order_line.tenant_id = :tenant_id and order_line.order_id = any(:order_ids::uuid[])
order by order_line.order_id, order_line.position;

-- lock_order
-- Of two who give back or send of one order, the second sees what the first did.
select :columns_of_placed_order
from checkout.placed_order
where placed_order.tenant_id = :tenant_id and placed_order.id = :order_id
for no key update;

-- newest_orders
select :columns_of_placed_order
from checkout.placed_order
where
    placed_order.tenant_id = :tenant_id
    and placed_order.number = :number -- if :number
    and placed_order.customer_id = any(:customer_ids::uuid[]) -- if :customer_ids
    and placed_order.checkout_id = :checkout_id -- if :checkout_id
    and placed_order.payment_id = :payment_id -- if :payment_id
    and placed_order.payment_status = :payment_status -- if :payment_status
    and placed_order.fulfilment_status = :fulfilment_status -- if :fulfilment_status
    and placed_order.created_at >= :created_from -- if :created_from
    and placed_order.created_at < :created_before -- if :created_before
    and placed_order.number < :before -- if :before
order by placed_order.number desc
limit :most;
