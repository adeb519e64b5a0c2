-- Which workers may take a task, as its agent said when it was submitted: what a worker must offer, one need a line. Empty: nothing.
alter table tasks add column route text not null default '';

drop index tasks_queued;
create index tasks_queued on tasks (agent_id, connection, model, route, priority desc, id) where state = 'queued';

-- The workers that queued tasks wait for by name are found by jumping from one to the next.
create index tasks_for_one_worker on tasks (route) where state = 'queued' and starts_with(route, 'worker:');

alter table workers
    add column role text not null default '',
    add column tags text[] not null default '{}';
