-- desk_of
-- As text, which is read in one go. Automatic promotions stand under the empty code.
select json_build_object(
    'now', now(),
    'settings', (
        select row_to_json(own) from checkout.settings as own where own.tenant_id = :tenant_id
    ),
    'rates', (
        select coalesce(json_agg(rate order by rate.id), '[]')
        from (
            select id, name, country, region, category, is_inclusive,
                trim_scale(percentage)::text as percentage
            from checkout.tax_rate
            where tenant_id = :tenant_id and is_active and country = any(
                :countries::text[]
                || array(select seller_country from checkout.settings where tenant_id = :tenant_id)
            )
        ) as rate
    ),
    'ways', (
        select coalesce(json_agg(way order by way.position, way.id), '[]')
        from (
            select id, name, countries, min_weight_grams, max_weight_grams, currency, amount_minor,
                free_from_minor, tax_category, delivery_days, position
            from checkout.shipping_option where tenant_id = :tenant_id and is_active
        ) as way
    ),
    'promotions', (
        select coalesce(json_agg(running order by running.promotion_id), '[]')
        from (
            select id as promotion_id, code, name, kind, amount_minor, currency, minimum_minor,
                is_stackable, product_ids, trim_scale(percentage)::text as percentage
            from checkout.promotion
            where tenant_id = :tenant_id and is_active and code_folded = any(array(
                select kernel.fold(code) from unnest(array[''] || :codes::text[]) as asked (code)
            ))
            and starts_at <= now() and (ends_at > now()) is not false
            and (max_uses is null or uses < max_uses)
        ) as running
    )
)::text as desk;
