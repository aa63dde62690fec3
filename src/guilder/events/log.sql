-- find_event
select :columns_of_event
from events.event
where
    event.tenant_id = :tenant_id
    and event.id = :event_id;

-- newest_events
select :columns_of_event
from events.event
where
    event.tenant_id = :tenant_id
    and event.type = :type -- if :type
    and event.object_id = :object_id -- if :object_id
    and event.position < :before -- if :before
order by event.position desc
limit :most;

-- events_about
-- Of several objects at once, newest first.
select :columns_of_event
from events.event
where
    event.tenant_id = :tenant_id
    and event.object_id = any(:object_ids::uuid[])
    and event.position < :before -- if :before
order by event.position desc
limit :most;

-- redact
-- The one thing that changes in the log: what it tells of somebody who is to be forgotten.
update events.event
set data = redacted.data
from unnest(:ids::uuid[], :data::jsonb[]) as redacted (id, data)
where event.tenant_id = :tenant_id and event.id = redacted.id;

-- last_position
select feed.position
from events.feed
where feed.tenant_id = :tenant_id;
