alter table providers
    -- What the connection was made with: a key, an endpoint of the own machine or network, or nothing because nothing is needed.
    add column auth_mode text not null default 'api_key',
    -- Who made it: a person by the API, the environment of the server, or an agent with a provider of its own.
    add column source text not null default 'api',
    -- The model of agents that name none.
    add column default_model text not null default '',
    -- The connection of agents that name none.
    add column is_default boolean not null default false,
    -- Grows with each saving, so that a verification of what was there before does not count for what is there now.
    add column revision integer not null default 1,
    add column verified boolean not null default false,
    add column account_label text not null default '',
    add column plan_label text not null default '',
    add column last_verified_at timestamptz,
    add column last_error_code text not null default '',
    add column last_error text not null default '',
    add column models_fetched_at timestamptz,
    add constraint providers_auth_mode_check check (auth_mode in ('api_key', 'local', 'none')),
    add constraint providers_source_check check (source in ('api', 'environment', 'agent')),
    add constraint providers_revision_check check (revision >= 1),
    add constraint providers_default_check check (not is_default or source <> 'agent'),
    add constraint providers_verified_check check (not verified or (last_verified_at is not null and last_error_code = ''));

update providers set source = case when id like 'agent-%' then 'agent' else 'environment' end, auth_mode = case
    when kind in ('offline', 'noop') then 'none'
    when kind = 'ollama' then 'local'
    else 'api_key'
end;

create unique index providers_default on providers (is_default) where is_default;

-- The connection of agents that name none: the one that was chosen, else the first of this order that exists.
create view default_connection as
select id
from providers
where source <> 'agent' and (auth_mode <> 'api_key' or sealed_key is not null)
order by is_default desc, id = 'offline', id = 'ollama',
    array_position(array['anthropic', 'openai', 'openrouter', 'gemini', 'mistral', 'groq', 'deepseek', 'xai'], id) nulls last, created_at, id
limit 1;

-- What verifications found, newest last. They outlive the connection.
create table provider_health (
    id uuid primary key,
    provider_id text not null,
    checked_at timestamptz not null default clock_timestamp(),
    -- Why it was checked: by itself, or as a part of saving.
    trigger text not null,
    verified boolean not null,
    checked_via text not null,
    latency_ms integer not null,
    account_label text not null,
    plan_label text not null,
    model_count integer not null,
    error_code text not null,
    error text not null,
    constraint provider_health_trigger_check check (trigger in ('verify', 'save', 'refresh')),
    constraint provider_health_error_check check (verified = (error_code = '')),
    constraint provider_health_counts_check check (latency_ms >= 0 and model_count >= 0)
);

create index provider_health_provider on provider_health (provider_id, id);
