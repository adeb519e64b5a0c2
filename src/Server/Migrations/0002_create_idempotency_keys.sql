create table idempotency_keys (
    principal text not null,
    route text not null,
    key text not null,
    request_hash bytea not null,
    status text not null default 'running',
    response bytea,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    primary key (principal, route, key),
    constraint idempotency_keys_status_check check (status in ('running', 'completed')),
    constraint idempotency_keys_response_check check ((status = 'completed') = (response is not null))
);

create index idempotency_keys_expires_at on idempotency_keys (expires_at);
