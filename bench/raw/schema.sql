-- The least that a durable queue needs: the floor under every figure of Koda and its peers.
create table raw_tasks (
  id bigint generated always as identity primary key,
  state text not null default 'queued',
  payload jsonb not null,
  created_at timestamptz not null default now()
);
create index raw_tasks_queued on raw_tasks (id) where state = 'queued';
