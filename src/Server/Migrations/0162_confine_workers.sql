-- How a worker runs commands: null where it did not say whether in a sandbox.
alter table workers
    add column confined boolean,
    add column unconfined_reason text not null default '',
    add column unconfined_commands boolean not null default false;
