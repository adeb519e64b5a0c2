-- Windows slide: of each caller the times of its calls are kept, oldest first, so that no window of any beginning holds more than the budget. In a large
-- budget one time stands for several calls, that of the last of them. A crash of the database may forget all, so it is not logged.
drop table rate_counts;

create unlogged table rate_counts (
    bucket text not null,
    subject text not null,
    calls timestamptz[] not null,
    -- How many calls the newest time stands for; the others stand for as many as there can be.
    newest integer not null,
    -- Of the last call. 0: it was let in; 1: refused, and the first in a window; 2: refused.
    refusal smallint not null default 0,
    recorded_at timestamptz,
    ends_at timestamptz not null,
    primary key (bucket, subject)
);
