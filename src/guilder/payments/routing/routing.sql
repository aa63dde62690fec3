-- routing_map
select
    payments.accounts_of(:tenant_id) as accounts,
    payments.rules_of(:tenant_id) as rules;

-- upsert_rules
insert into payments.routing as known (rules)
values (:rules)
on conflict (tenant_id) do update
    set
        rules = excluded.rules,
        updated_at = now()
returning known.rules;
