create table conversations (
    id uuid not null primary key,
    title text not null default '',
    agent_id text not null,
    provider text not null default '',
    model text not null default '',
    workspace text not null default '',
    parent_id uuid,
    branch_seq bigint,
    principal text not null,
    turns bigint not null default 0,
    last_turn uuid,
    last_operation uuid,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    deleted_at timestamptz,
    constraint conversations_branch_check check (parent_id is null or branch_seq is not null),
    constraint conversations_turns_check check (turns >= 0)
);

create index conversations_recent on conversations (updated_at desc) where deleted_at is null;
create index conversations_parent on conversations (parent_id) where parent_id is not null;

-- Messages that wait until the turn before them has ended.
create table queued_messages (
    id uuid not null primary key,
    conversation_id uuid not null,
    body text not null,
    created_at timestamptz not null default clock_timestamp()
);

create index queued_messages_order on queued_messages (conversation_id, id);

alter table runs drop constraint runs_kind_check;
alter table runs add constraint runs_kind_check check (kind in ('task', 'turn', 'operation'));
create index runs_conversation on runs (stream_id) where kind <> 'task';

-- Where turns begin, and where a worker begins to read the journal of a long conversation.
create index events_marks on events (stream_id, seq) where kind in ('message.sent', 'context.compacted');

alter table approvals
    add column purpose text not null default 'permission',
    add column options text[] not null default '{}',
    add column multiple boolean not null default false,
    add column always_pattern text not null default '',
    add column response text not null default '',
    add constraint approvals_purpose_check check (purpose in ('permission', 'question'));

-- What people set by name for coding sessions.
create table code_settings (
    key text not null primary key,
    value text not null,
    updated_at timestamptz not null default clock_timestamp()
);
