create table system_settings (
    -- There is one row.
    id boolean primary key default true,
    value text not null,
    revision bigint not null default 1,
    updated_at timestamptz not null default now(),
    constraint system_settings_id_check check (id)
);

insert into system_settings (value) values ('{}');
