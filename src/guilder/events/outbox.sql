-- insert_facts
-- In the order in which they were emitted: the serial is taken row by row.
insert into events.outbox (type, version, object_id, data, actor)
select
    fact.type,
    fact.version,
    fact.object_id,
    fact.data,
    :actor
from
    unnest(:types::text[], :versions::int2[], :object_ids::uuid[], :data::jsonb[])
    with ordinality as fact (type, version, object_id, data, place)
order by fact.place;
