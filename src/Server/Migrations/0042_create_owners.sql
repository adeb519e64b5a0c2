create table owners (
    principal_id uuid primary key references principals (id),
    -- There is one owner.
    single boolean not null default true unique,
    username text not null,
    email text not null,
    display_name text not null,
    password_hash text not null,
    created_at timestamptz not null default now(),
    password_changed_at timestamptz not null default now(),
    constraint owners_single_check check (single),
    constraint owners_username_check check (username ~ '^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$')
);

create table recovery_codes (
    principal_id uuid not null references owners (principal_id),
    hash bytea not null,
    -- One salt for the codes that were given together, so that trying one costs one derivation.
    salt bytea not null,
    created_at timestamptz not null default now(),
    primary key (principal_id, hash),
    constraint recovery_codes_hash_check check (length(hash) = 32)
);

create table sign_in_failures (
    -- SHA-256 of who was to be signed in; an identifier that nobody has is counted as well, so that it looks the same.
    subject bytea primary key,
    failures integer not null,
    locked_until timestamptz,
    failed_at timestamptz not null default now(),
    constraint sign_in_failures_subject_check check (length(subject) = 32)
);
