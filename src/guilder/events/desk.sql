-- inspect
select
    skipped.tenant_id,
    skipped.consumer,
    skipped.event_id,
    skipped.type,
    skipped.place as position,
    skipped.reason,
    skipped.skipped_at
from events.inspect(:consumer, :event_id, :most) as skipped;

-- put_aside
-- Of the tenant whose transaction it is.
select count(*)::integer
from events.skipped
where skipped.tenant_id = :tenant_id;

-- lock_cursor
-- Held to the end, so that the consumer is not at work twice at once in this tenant.
select cursor.position
from events.cursor
where
    cursor.tenant_id = :tenant_id
    and cursor.consumer = :consumer
for no key update;

-- take_skipped
delete from events.skipped
where
    skipped.tenant_id = :tenant_id
    and skipped.consumer = :consumer
    and skipped.event_id = :event_id
returning skipped.event_id;
