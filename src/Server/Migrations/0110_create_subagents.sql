-- Subagents work in conversations of their own, which are found by the one that called them.
alter table conversations add column is_subagent boolean not null default false;
alter table conversations drop constraint conversations_branch_check;
alter table conversations add constraint conversations_branch_check check (parent_id is null or branch_seq is not null or is_subagent);
drop index conversations_recent;
create index conversations_recent on conversations (updated_at desc) where deleted_at is null and not is_subagent;

create table subagents (
    conversation_id uuid not null primary key,
    parent_id uuid not null,
    -- The turn that waits for it. Null: nobody waits, and its result is told with the parent's next turn.
    parent_task_id uuid,
    -- The step and the call of that turn that asked for it.
    step integer not null,
    call_id text not null,
    task_id uuid not null,
    agent_id text not null,
    title text not null,
    -- How long it may run, waiting not counted.
    timeout interval not null,
    timed_out boolean not null default false,
    -- The question that the parent's stream told of last.
    asked_id uuid,
    created_at timestamptz not null default clock_timestamp(),
    -- When the parent's stream told of its end.
    settled_at timestamptz,
    -- When its result was put to the parent's model.
    told_at timestamptz,
    constraint subagents_call_check check ((parent_task_id is null) = (call_id = ''))
);

create unique index subagents_call on subagents (parent_task_id, step, call_id) where parent_task_id is not null;
create index subagents_parent on subagents (parent_id, conversation_id);
create index subagents_open on subagents (task_id) where settled_at is null;

alter table tasks add column awaits_subagents boolean not null default false;
alter table tasks drop constraint tasks_approval_check;
alter table tasks add constraint tasks_approval_check
    check ((approval_id is not null or awaits_subagents) = (state = 'waiting') and not (approval_id is not null and awaits_subagents));
create index tasks_awaiting_subagents on tasks (id) where awaits_subagents;
