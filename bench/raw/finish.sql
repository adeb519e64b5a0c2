with taken as (
  select id from tasks where state = 'queued' order by agent_id, connection, model, priority desc, id for no key update skip locked limit 1
), task as (
  update tasks set state = 'running', attempt = 1, started_at = clock_timestamp(), updated_at = clock_timestamp()
  from taken where tasks.id = taken.id
  returning tasks.id
), attempt as (
  insert into attempts (id, task_id, number, worker_id, lease_expires_at) select gen_random_uuid(), id, 1, 'bench', clock_timestamp() + interval '5 seconds' from task
), stream as (
  update streams set head_seq = 2 from task where streams.id = task.id
)
insert into events (stream_id, seq, time, kind, actor, run_id, attempt, payload, hash)
select id, 2, clock_timestamp(), 'task.started', 'system', id, 1, '{"attempt":1,"worker_id":"bench"}', decode(repeat('00', 32), 'hex') from task
returning stream_id as id \gset
with task as (
  update tasks set state = 'succeeded', output = 'done', finished_at = clock_timestamp(), updated_at = clock_timestamp() where id = :id::uuid
), attempt as (
  update attempts set outcome = 'succeeded', ended_at = clock_timestamp() where task_id = :id::uuid and ended_at is null
), stream as (
  update streams set head_seq = 3 where id = :id::uuid
)
insert into events (stream_id, seq, time, kind, actor, run_id, attempt, payload, hash)
values (:id::uuid, 3, clock_timestamp(), 'task.completed', 'bench', :id::uuid, 1, '{"output":"done"}', decode(repeat('00', 32), 'hex'));
