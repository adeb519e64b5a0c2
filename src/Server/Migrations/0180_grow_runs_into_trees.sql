-- A run without a root is one itself, so that a plain task costs what it did.
alter table runs add column root_id uuid;
-- Its place among the runs of its parent, from 1.
alter table runs add column number integer not null default 1;

-- What a person asked a subagent for was marked with its conversation, which is no run.
update runs set parent_id = null where parent_id is not null and not exists (select from runs as parent where parent.id = runs.parent_id);

-- Until now no run had grandchildren.
update runs
set root_id = placed.parent_id, number = placed.number
from (select id, parent_id, row_number() over (partition by parent_id order by id) as number from runs where parent_id is not null) as placed
where runs.id = placed.id;

-- A server of the version before that runs beside new ones stores a child without its root, and with the first number: until there is none,
-- neither can be demanded.
alter table runs add constraint runs_tree_check check ((root_id is null or parent_id is not null) and number >= 1);
create index runs_children on runs (parent_id, number) where parent_id is not null;
create index runs_of_root on runs (root_id) where root_id is not null;

-- A task that waits for no approval waits for runs that its own has started. The column awaits_subagents is not read any more; it stays for
-- servers of the version before that run beside new ones, and goes with a later migration.
alter table tasks drop constraint tasks_approval_check;
alter table tasks add constraint tasks_approval_check check (approval_id is null or state = 'waiting');
drop index tasks_awaiting_subagents;
create index tasks_waiting on tasks (id) where state = 'waiting';
