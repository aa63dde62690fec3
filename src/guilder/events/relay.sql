-- relay
select
    news.tenant_id,
    news.facts
from events.relay(:most) as news;

-- introduce
select events.introduce(:names::text[]);

-- behind
select tenant.id from events.behind(:names::text[], :most) as tenant (id);

-- lag
select
    backlog.facts,
    backlog.seconds,
    backlog.held_up,
    backlog.skipped
from events.lag() as backlog;
