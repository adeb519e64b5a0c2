-- Setup codes, and the registration tokens that they are exchanged for: what lets the first caller become the owner.
create table setup_codes (
    hash bytea primary key,
    kind text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint setup_codes_hash_check check (length(hash) = 32),
    constraint setup_codes_kind_check check (kind in ('code', 'registration'))
);
