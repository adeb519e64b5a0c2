-- Ids keep their owner's spelling and are one whatever their case. They hold ASCII alone, so the "C" collation tells case rightly everywhere.
alter table agents drop constraint agents_id_check;
alter table agents add constraint agents_id_check check (id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$');
create unique index agents_key on agents (lower(id collate "C"));

-- Edits change the draft; its revision tells two of them apart.
alter table agents
    add column draft text not null default '{}',
    add column revision bigint not null default 1,
    add constraint agents_revision_check check (revision >= 1);
update agents set draft = definition
from agent_versions
where agent_id = agents.id and version = agents.published_version;

-- A deleted agent keeps its row for the tasks and versions that name it, and for nothing else.
alter table agents drop constraint agents_state_check;
alter table agents add constraint agents_state_check check (state in ('draft', 'active', 'paused', 'archived', 'deleted'));
alter table agents drop constraint agents_published_check;
alter table agents add constraint agents_published_check check ((state in ('draft', 'deleted')) = (published_version is null));

alter table agent_versions
    add column published_by text not null default 'system',
    add column summary text not null default '';

-- What must not be read by people: variables of the agent's commands, and the provider key of a draft until it is published.
create table agent_secrets (
    agent_id text not null references agents (id),
    kind text not null,
    name text not null,
    sealed bytea not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (agent_id, kind, name),
    constraint agent_secrets_kind_check check (kind in ('variable', 'draft_provider_key')),
    constraint agent_secrets_name_check check (name ~ '^[A-Z_][A-Z0-9_]{0,127}$')
);

-- A paused agent's running tasks are queued again.
alter table tasks drop constraint tasks_stop_requested_check;
alter table tasks add constraint tasks_stop_requested_check
    check (stop_requested = 'none' or (stop_requested in ('pause', 'cancel') and state in ('running', 'waiting')) or (stop_requested = 'requeue' and state = 'running'));

-- Connections of agents are named after them.
alter table providers drop constraint providers_id_check;
alter table providers add constraint providers_id_check check (id ~ '^[a-z0-9][a-z0-9_-]{0,95}$');
