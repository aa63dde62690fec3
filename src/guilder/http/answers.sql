-- take_turn
select
    turn.is_mine,
    turn.request_hash,
    turn.status,
    turn.body
from http.take_turn(:tenant_id, :actor, :key) as turn;

-- record_answer
insert into http.answer (tenant_id, actor, key, request_hash, status, body)
values (:tenant_id, :actor, :key, :request_hash, :status, :body);

-- forget_some
select http.forget_answers(:age, :most);
