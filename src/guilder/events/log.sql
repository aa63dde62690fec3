-- find_event
select
    event.id,
    event.position,
    event.type,
    event.version,
    event.object_id,
    event.data,
    event.actor,
    event.occurred_at
from events.event
where
    event.tenant_id = :tenant_id
    and event.id = :event_id;

-- newest_events
select
    event.id,
    event.position,
    event.type,
    event.version,
    event.object_id,
    event.data,
    event.actor,
    event.occurred_at
from events.event
where
    event.tenant_id = :tenant_id
    and event.type = :type -- if :type
    and event.object_id = :object_id -- if :object_id
    and event.position < :before -- if :before
order by event.position desc
limit :most;

-- last_position
select feed.position
from events.feed
where feed.tenant_id = :tenant_id;
