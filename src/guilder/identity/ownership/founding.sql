-- hold_id
-- There is no row to hold yet. Who repeats the request meanwhile waits, and finds the tenant.
select pg_advisory_xact_lock(hashtextextended(:tenant_id::uuid::text, 0));
