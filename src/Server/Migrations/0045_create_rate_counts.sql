-- How many calls a caller made in the current window. A crash of the database may forget them, so they are not logged.
create unlogged table rate_counts (
    bucket text not null,
    subject text not null,
    used integer not null,
    ends_at timestamptz not null,
    primary key (bucket, subject)
);

create index rate_counts_ends_at on rate_counts (ends_at);
