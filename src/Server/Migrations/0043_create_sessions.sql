create table sessions (
    id uuid primary key,
    principal_id uuid not null references principals (id),
    -- SHA-256 of the session's token.
    hash bytea not null,
    label text not null,
    address text not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    constraint sessions_hash_check check (length(hash) = 32)
);

create unique index sessions_hash on sessions (hash);
create index sessions_open on sessions (principal_id) where revoked_at is null;
