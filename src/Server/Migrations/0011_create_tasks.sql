create table runs (
    id uuid primary key,
    kind text not null,
    parent_id uuid,
    stream_id uuid not null,
    agent_id text not null,
    agent_version integer not null,
    workspace text not null,
    input_tokens bigint not null default 0,
    output_tokens bigint not null default 0,
    cached_input_tokens bigint not null default 0,
    cache_write_tokens bigint not null default 0,
    reasoning_tokens bigint not null default 0,
    cost_micros bigint not null default 0,
    model_calls integer not null default 0,
    tool_calls integer not null default 0,
    created_at timestamptz not null default now(),
    constraint runs_kind_check check (kind in ('task'))
) with (
    -- Usage grows while an agent works; no index has it, so the update stays in the page.
    fillfactor = 80
);

-- Lists by agent read this index: runs of no-op tasks are never updated, so here it costs one entry where on tasks it would cost three.
create index runs_agent on runs (agent_id, id);

create table tasks (
    -- The id is a UUIDv7 and so the queue order too: a task that is queued again comes before newer ones.
    id uuid primary key,
    run_id uuid not null,
    stream_id uuid not null,
    agent_id text not null,
    agent_version integer not null,
    state text not null,
    priority integer not null,
    attempt integer not null default 0,
    failures integer not null default 0,
    losses integer not null default 0,
    max_attempts integer not null,
    stop_requested text not null default 'none',
    dead_letter boolean not null default false,
    available_at timestamptz,
    approval_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    principal text not null,
    traceparent text not null,
    workspace text not null,
    query text not null,
    metadata text not null,
    context text not null,
    output text,
    error_code text,
    error_message text,
    constraint tasks_state_check
        check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'retrying', 'paused', 'waiting')),
    constraint tasks_priority_check check (priority between -100 and 100),
    constraint tasks_counts_check check (attempt >= 0 and failures >= 0 and losses >= 0 and max_attempts >= 1),
    constraint tasks_stop_requested_check
        check (stop_requested = 'none' or stop_requested in ('pause', 'cancel') and state in ('running', 'waiting')),
    constraint tasks_dead_letter_check check (not dead_letter or state = 'failed'),
    constraint tasks_available_at_check check ((available_at is not null) = (state = 'retrying')),
    constraint tasks_approval_check check ((approval_id is not null) = (state = 'waiting')),
    constraint tasks_started_check check (state not in ('running', 'succeeded') or started_at is not null and attempt > 0),
    constraint tasks_finished_check check ((finished_at is not null) = (state in ('succeeded', 'failed', 'cancelled'))),
    constraint tasks_output_check check ((output is not null) = (state = 'succeeded')),
    constraint tasks_error_check
        check (state not in ('failed', 'retrying') or error_code is not null and error_message is not null)
) with (autovacuum_vacuum_scale_factor = 0.02);

-- One lane per agent, in the order in which its tasks are claimed.
create index tasks_queued on tasks (agent_id, priority desc, id) where state = 'queued';

-- What counts against an agent's concurrency limit.
create index tasks_running on tasks (agent_id) where state = 'running';

create index tasks_retrying on tasks (available_at) where state = 'retrying';

create index tasks_dead_letter on tasks (id) where dead_letter;
