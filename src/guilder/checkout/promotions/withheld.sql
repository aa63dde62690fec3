-- codes_now
select
    promotion.code,
    case
        when not promotion.is_active then 'inactive'
        when promotion.starts_at > now() then 'not_begun'
        when promotion.ends_at <= now() then 'ended'
        when promotion.uses >= promotion.max_uses then 'used_up'
    end as reason
from checkout.promotion
where
    promotion.tenant_id = :tenant_id
    and promotion.code is not null
    and promotion.code_folded = any(array(
        select kernel.fold(asked.code) from unnest(:codes::text[]) as asked (code)
    ));
