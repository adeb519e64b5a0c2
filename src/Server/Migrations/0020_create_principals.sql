create table principals (
    id uuid primary key,
    kind text not null,
    name text not null,
    created_at timestamptz not null default now(),
    constraint principals_kind_check check (kind in ('operator', 'worker', 'service')),
    constraint principals_name_check check (name <> '')
);

-- The principals that a data folder's token files speak for exist once.
create unique index principals_built_in on principals (kind, name) where kind in ('operator', 'worker');

create table tokens (
    id uuid primary key,
    principal_id uuid not null references principals (id),
    -- SHA-256 of the token: the token itself is shown once and not stored.
    hash bytea not null,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    constraint tokens_hash_check check (length(hash) = 32),
    constraint tokens_scopes_check check (cardinality(scopes) > 0)
);

create unique index tokens_hash on tokens (hash);
