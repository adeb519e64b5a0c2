-- Where a server that met a trouble writes, to see whether it is over. No row stays; what is written is not compressed, so that it needs room on the disk.
create table write_probes (
    id bigint generated always as identity primary key,
    filler bytea not null
);
alter table write_probes alter column filler set storage external;
