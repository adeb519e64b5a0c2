-- A value that only the master key of this database opens: a server that has another one finds out before it is asked for a secret.
create table master_key_check (
    id boolean primary key default true check (id),
    envelope bytea not null
);
