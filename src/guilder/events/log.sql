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

-- last_position
select feed.position
from events.feed
where feed.tenant_id = :tenant_id;
