-- What a task needs of a provider, as it was named when the task was submitted. An empty connection is that of agents that name none, an empty model the
-- connection's own: both are looked up when the task is claimed.
alter table tasks
    add column connection text not null default '',
    add column model text not null default '';

update tasks
set connection = coalesce(nullif(context::jsonb ->> 'provider', ''), nullif(definition::jsonb #>> '{provider,connection}', ''),
        case when coalesce(definition::jsonb #>> '{provider,kind}', '') <> '' then 'agent-' || lower(tasks.agent_id collate "C") else '' end),
    model = coalesce(nullif(context::jsonb ->> 'model', ''), definition::jsonb ->> 'model', '')
from agent_versions
where agent_versions.agent_id = tasks.agent_id and version = agent_version and state not in ('succeeded', 'failed', 'cancelled');

drop index tasks_queued;
create index tasks_queued on tasks (agent_id, connection, model, priority desc, id) where state = 'queued';
drop index tasks_running;
create index tasks_running on tasks (agent_id, connection, model) where state = 'running';

-- The connections that any agent may use are few, however many agents have providers of their own.
create index providers_shared on providers (id) where source <> 'agent';

-- How many tasks may use a connection at once; an empty model: all of them together.
create table provider_limits (
    provider_id text not null references providers (id) on delete cascade,
    model text not null,
    max_concurrent integer not null,
    primary key (provider_id, model),
    constraint provider_limits_max_check check (max_concurrent >= 1)
);

-- How many do.
create view provider_load as
select l.provider_id, l.model, l.max_concurrent, (
    select count(*)
    from tasks t
    where t.state = 'running'
        and (t.connection = l.provider_id or t.connection = '' and l.provider_id = (select id from default_connection))
        and (l.model = '' or t.model = l.model or t.model = '' and p.default_model = l.model)) as running
from provider_limits l
join providers p on p.id = l.provider_id;

-- Until when a provider asked to be left alone; an empty model: the whole connection.
create table provider_cooldowns (
    provider_id text not null references providers (id) on delete cascade,
    model text not null,
    until timestamptz not null,
    code text not null,
    primary key (provider_id, model)
);

create index provider_cooldowns_until on provider_cooldowns (until);

alter table attempts drop constraint attempts_outcome_check;
alter table attempts add constraint attempts_outcome_check check (outcome in (
    'succeeded', 'failed', 'suspended', 'paused', 'cancelled', 'drained', 'declined', 'offer_expired', 'lease_expired', 'worker_gone', 'cooled_down'));
