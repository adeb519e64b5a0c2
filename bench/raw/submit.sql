with task as (
  insert into tasks (id, run_id, stream_id, agent_id, agent_version, state, priority, max_attempts, principal, traceparent, workspace, query, metadata, context)
  select id, id, id, 'bench-noop', 1, 'queued', 0, 3, 'operator', '', '', 'nothing', '{}', '{}' from gen_random_uuid() as id
  returning id
), run as (
  insert into runs (id, kind, stream_id, agent_id, agent_version, workspace) select id, 'task', id, 'bench-noop', 1, '' from task
), stream as (
  insert into streams (id, head_seq, head_hash) select id, 1, decode(repeat('00', 32), 'hex') from task
)
insert into events (stream_id, seq, time, kind, actor, run_id, attempt, payload, hash)
select id, 1, clock_timestamp(), 'task.queued', 'operator', id, 0, '{"query":"nothing","reason":"submitted"}', decode(repeat('00', 32), 'hex') from task;
