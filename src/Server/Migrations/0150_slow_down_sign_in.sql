-- Failures are counted by account and by where they come from, and no more by account alone, with which any stranger kept the owner out.
delete from sign_in_failures;
-- Of the account's own row they drain with time, so parts of one count.
alter table sign_in_failures alter column failures type double precision;
create index sign_in_failures_failed_at on sign_in_failures (failed_at);

create table known_devices (
    id uuid primary key,
    principal_id uuid not null references principals (id),
    -- SHA-256 of the device's token.
    hash bytea not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    constraint known_devices_hash_check check (length(hash) = 32)
);

create unique index known_devices_hash on known_devices (hash);
create index known_devices_used on known_devices (principal_id, last_used_at);
