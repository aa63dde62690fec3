-- insert_adjustments
insert into catalog.adjustment (
    variant_id, delta, filled, on_hand, reason, note, reference, created_by
)
select new.*, :created_by::text
from unnest(
    :variant_ids::uuid[], :deltas::int8[], :filleds::int8[], :on_hands::int8[],
    :reasons::text[], :notes::text[], :origins::text[]
) as new
returning :columns_of_adjustment;

-- newest_adjustments
select :columns_of_adjustment
from catalog.adjustment
where
    adjustment.tenant_id = :tenant_id
    and adjustment.variant_id = :variant_id
    and adjustment.id < :before -- if :before
order by adjustment.id desc
limit :most;
