create table providers (
    id text primary key,
    kind text not null,
    base_url text not null default '',
    -- Null: the provider needs no key. Sealed with the master key, bound to this row's id.
    sealed_key bytea,
    options text not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint providers_id_check check (id ~ '^[a-z0-9][a-z0-9-]{0,95}$'),
    constraint providers_kind_check check (kind in ('anthropic', 'openai', 'ollama', 'offline', 'noop'))
);
