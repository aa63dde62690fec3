-- insert_cursors
insert into events.cursor (tenant_id, consumer)
select
    :tenant_id,
    consumer.name
from unnest(:consumers::text[]) as consumer (name)
on conflict (tenant_id, consumer) do nothing;

-- lock_cursors
-- Another process that has them is at work on the same news, so there is nothing to wait for.
select
    cursor.consumer,
    cursor.position,
    cursor.failures
from events.cursor
where
    cursor.tenant_id = :tenant_id
    and cursor.consumer = any(:consumers::text[])
    and (cursor.retry_at is null or cursor.retry_at <= now())
order by cursor.consumer
for update skip locked;

-- events_after
select :columns_of_event
from events.event
where
    event.tenant_id = :tenant_id
    and event.position > :position
order by event.position
limit :most;

-- move_cursors
update events.cursor
set
    position = :position,
    failures = 0,
    retry_at = null,
    last_error = null
where
    cursor.tenant_id = :tenant_id
    and cursor.consumer = any(:consumers::text[]);

-- record_failure
update events.cursor
set
    failures = cursor.failures + 1,
    retry_at = now() + :pause::interval,
    last_error = :reason
where
    cursor.tenant_id = :tenant_id
    and cursor.consumer = :consumer;

-- skip
insert into events.skipped (tenant_id, consumer, event_id, reason)
values (:tenant_id, :consumer, :event_id, :reason)
on conflict (tenant_id, consumer, event_id) do nothing;
