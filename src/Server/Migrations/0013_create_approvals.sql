create table approvals (
    id uuid primary key,
    task_id uuid not null,
    agent_id text not null,
    state text not null default 'pending',
    call_id text not null,
    tool text not null,
    arguments text not null,
    preview text not null,
    risk text not null,
    digest text not null,
    scope text not null default 'once',
    answered_by text not null default '',
    rationale text not null default '',
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    answered_at timestamptz,
    constraint approvals_state_check check (state in ('pending', 'approved', 'denied', 'expired', 'cancelled')),
    constraint approvals_scope_check check (scope in ('once', 'always')),
    constraint approvals_digest_check check (digest ~ '^[0-9a-f]{64}$'),
    constraint approvals_answered_check check ((answered_at is not null) = (state <> 'pending')),
    constraint approvals_answered_by_check check ((answered_by <> '') = (state in ('approved', 'denied'))),
    constraint approvals_rationale_check check (length(rationale) <= 500)
);

-- A task waits for one answer at a time.
create unique index approvals_pending on approvals (task_id) where state = 'pending';

create index approvals_expiry on approvals (expires_at) where state = 'pending';

create index approvals_task on approvals (task_id, id);
