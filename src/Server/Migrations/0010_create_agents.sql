create table agents (
    id text primary key,
    state text not null,
    published_version integer,
    -- Copied from the published definition, because the claim reads it for every agent with work. 0: no limit.
    max_concurrent integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint agents_id_check check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    constraint agents_state_check check (state in ('draft', 'active', 'paused')),
    constraint agents_published_check check ((state = 'draft') = (published_version is null)),
    constraint agents_max_concurrent_check check (max_concurrent >= 0)
);

-- Tasks keep the version that they were submitted with, so versions are never changed.
create table agent_versions (
    agent_id text not null references agents (id),
    version integer not null,
    definition text not null,
    digest bytea not null,
    published_at timestamptz not null default now(),
    primary key (agent_id, version),
    constraint agent_versions_version_check check (version >= 1),
    constraint agent_versions_digest_check check (length(digest) = 32)
);
