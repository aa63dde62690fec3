-- The work of people: look at the facts that a consumer could not take.
-- What they do about one is done within its tenant, where row security holds.
create function events.inspect(wanted_consumer text, wanted_event uuid, most integer)
returns table (
    tenant_id uuid,
    consumer text,
    event_id uuid,
    type text,
    place bigint,
    reason text,
    skipped_at timestamptz
)
language plpgsql stable security definer
set search_path = ''
as $$
begin
    perform kernel.require_system();
    return query
    select
        skipped.tenant_id,
        skipped.consumer,
        skipped.event_id,
        event.type,
        event.position,
        skipped.reason,
        skipped.skipped_at
    from events.skipped
    inner join events.event
        on event.tenant_id = skipped.tenant_id and event.id = skipped.event_id
    where (wanted_consumer is null or skipped.consumer = wanted_consumer)
    and (wanted_event is null or skipped.event_id = wanted_event)
    order by skipped.skipped_at desc, skipped.event_id desc, skipped.consumer
    limit most;
end
$$;

grant execute on function events.inspect(text, uuid, integer) to guilder_app;
