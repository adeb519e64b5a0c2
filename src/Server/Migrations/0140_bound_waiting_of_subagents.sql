-- How long a subagent waits for a worker: where none is to come, its caller would wait for ever.
alter table subagents add column patience interval not null default interval '15 minutes';
