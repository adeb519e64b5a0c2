-- The head of each stream. Appending locks this row, so that sequences have no holes and chains no forks.
create table streams (
    id uuid primary key,
    head_seq bigint not null,
    head_hash bytea not null,
    -- The oldest sequence still stored; what came before was removed by retention.
    first_seq bigint not null default 1,
    -- The hash before the oldest event, from which the chain is verified.
    base_hash bytea not null default decode(repeat('00', 32), 'hex'),
    constraint streams_head_seq_check check (head_seq >= 0),
    constraint streams_head_hash_check check (length(head_hash) = 32),
    constraint streams_base_hash_check check (length(base_hash) = 32),
    constraint streams_first_seq_check check (first_seq >= 1)
) with (
    -- The head moves with each append: room in the page keeps that update off the index.
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.02
);

create table events (
    -- Defaults are taken in column order. The transaction id must be assigned before the position is drawn: a reader of the global feed
    -- that sees no older transaction running may then be sure that no smaller position can still appear.
    txid xid8 not null default pg_current_xact_id(),
    position bigint not null generated always as identity,
    stream_id uuid not null,
    seq bigint not null,
    -- Stored to the microsecond, exactly as hashed.
    time timestamptz not null,
    kind text not null,
    actor text not null,
    run_id uuid not null,
    attempt integer not null,
    -- JSON as text: the exact bytes that were hashed.
    payload text not null,
    usage text,
    hash bytea not null,
    primary key (stream_id, seq),
    constraint events_seq_check check (seq >= 1),
    constraint events_attempt_check check (attempt >= 0),
    constraint events_hash_check check (length(hash) = 32)
);

-- The global feed reads short ranges of positions, which follow the order of insertion: a block index serves that at almost no cost to inserts.
create index events_position on events using brin (position) with (pages_per_range = 16, autosummarize = on);
