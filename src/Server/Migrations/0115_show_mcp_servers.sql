-- What servers of tools a worker has, for people: the worker tells, and a connection that its server does not confirm any more is over.
create sequence mcp_refreshes;

alter table workers
    add column connection_id uuid,
    add column present_until timestamptz not null default '-infinity',
    add column mcp_servers text not null default '[]',
    add column mcp_refresh bigint not null default 0;
