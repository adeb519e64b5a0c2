create table attempts (
    id uuid primary key,
    task_id uuid not null,
    -- The fencing token: larger for each later attempt at the same task.
    number integer not null,
    worker_id text not null,
    lease_expires_at timestamptz not null,
    offered_at timestamptz not null default now(),
    -- Null until the worker takes the offer.
    accepted_at timestamptz,
    last_batch bigint not null default 0,
    last_seq bigint not null default 0,
    progress text not null default '',
    ended_at timestamptz,
    outcome text,
    constraint attempts_number_check check (number >= 1),
    constraint attempts_last_batch_check check (last_batch >= 0),
    constraint attempts_ended_check check ((ended_at is null) = (outcome is null)),
    constraint attempts_outcome_check check (outcome in (
        'succeeded', 'failed', 'suspended', 'paused', 'cancelled', 'drained', 'declined', 'offer_expired', 'lease_expired', 'worker_gone'))
) with (
    -- Leases are renewed often and are in no index, so that a renewal stays in the page.
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.02
);

-- At most one attempt at a task is open; also what the sweep of leases reads.
create unique index attempts_open on attempts (task_id) where ended_at is null;

create table workers (
    id text primary key,
    name text not null,
    version text not null,
    slots integer not null,
    agent_ids text[] not null,
    workspace_roots text[] not null,
    default_workspace text not null,
    connected_at timestamptz not null default now(),
    constraint workers_slots_check check (slots >= 0)
);
