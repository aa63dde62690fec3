-- insert_lines
insert into payments.sandbox_movement (
    id, intent, kind, status, amount_minor, currency, token, code, return_url, is_final
)
select new.*
from
    unnest(
        :ids::uuid[], :intents::text[], :kinds::text[], :statuses::text[], :amounts::int8[],
        :currencies::text[], :tokens::text[], :codes::text[], :return_urls::text[], :finals::bool[]
    ) as new
on conflict (tenant_id, id) do nothing
returning sandbox_movement.id;

-- line_of
select :columns_of_sandbox_movement
from payments.sandbox_movement
where sandbox_movement.tenant_id = :tenant_id and sandbox_movement.id = :movement_id;

-- lock_intent
-- The charge or hold that began it: whoever takes of it or gives back waits for its turn here.
select :columns_of_sandbox_movement
from payments.sandbox_movement
where
    sandbox_movement.tenant_id = :tenant_id
    and sandbox_movement.intent = :intent
    and sandbox_movement.kind in ('charge', 'hold')
for no key update;

-- standing_of
select
    coalesce(sum(line.amount_minor) filter (where line.kind in ('charge', 'hold')), 0)::int8
        as held_minor,
    coalesce(sum(line.amount_minor) filter (where line.kind in ('charge', 'capture')), 0)::int8
        as taken_minor,
    coalesce(sum(line.amount_minor) filter (where line.kind = 'refund'), 0)::int8
        as given_back_minor,
    coalesce(bool_or(line.kind in ('charge', 'void') or line.is_final), false) as is_closed
from payments.sandbox_movement as line
where
    line.tenant_id = :tenant_id
    and line.intent = :intent
    and line.status = 'done';

-- decide
-- What waited for its buyer moves now, so this is its time in the books.
update payments.sandbox_movement
set
    status = :status,
    code = :code,
    created_at = now()
where
    sandbox_movement.tenant_id = :tenant_id
    and sandbox_movement.id = :movement_id
    and sandbox_movement.status = 'waiting'
returning true;

-- lines_between
select :columns_of_sandbox_movement
from payments.sandbox_movement
where
    sandbox_movement.tenant_id = :tenant_id
    and sandbox_movement.created_at >= :since
    and sandbox_movement.created_at < :until
    and sandbox_movement.status = 'done'
    and sandbox_movement.id > :after -- if :after
order by sandbox_movement.id
limit :most;

-- refund_lines
select :columns_of_sandbox_movement
from payments.sandbox_movement
where
    sandbox_movement.tenant_id = :tenant_id
    and sandbox_movement.intent = :intent
    and sandbox_movement.kind = 'refund'
order by sandbox_movement.id;

-- insert_dispute
insert into payments.sandbox_dispute (id, intent, amount_minor, currency)
values (:dispute_id, :intent, :amount_minor, :currency)
on conflict (tenant_id, id) do nothing;

-- dispute_line
select :columns_of_sandbox_dispute
from payments.sandbox_dispute
where sandbox_dispute.tenant_id = :tenant_id and sandbox_dispute.id = :dispute_id;

-- answer_dispute
update payments.sandbox_dispute
set
    evidence = :evidence,
    status = :status,
    updated_at = now()
where
    sandbox_dispute.tenant_id = :tenant_id
    and sandbox_dispute.id = :dispute_id
    and sandbox_dispute.status in ('open', 'under_review');
