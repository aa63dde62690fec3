-- take_turns
select :columns_of_turn
from unnest(:keys::text[]) with ordinality as asked (key, place)
cross join lateral http.take_turn(:tenant_id, :actor, asked.key) as turn
order by asked.place;

-- record_answers
insert into http.answer (key, request_hash, status, body, work, tenant_id, actor)
select
    new.*,
    :tenant_id,
    :actor
from unnest(
    :keys::text[], :request_hashes::bytea[], :statuses::int2[], :bodies::bytea[], :works::bytea[]
) as new;

-- complete_answer
-- Of two who finish the same work, the first has answered.
update http.answer
set
    status = :status,
    body = :body
where
    answer.tenant_id = :tenant_id
    and answer.actor = :actor
    and answer.key = :key
    and answer.status is null;

-- forget_some
select http.forget_answers(:age, :most);
