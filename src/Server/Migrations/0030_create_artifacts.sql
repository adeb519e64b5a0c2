-- Content is stored once, whoever made it. Small content lives here, larger content in a file named by its digest.
create table artifact_contents (
    digest bytea primary key,
    size bigint not null,
    inline_content bytea,
    created_at timestamptz not null default clock_timestamp(),
    constraint artifact_contents_digest_check check (length(digest) = 32),
    constraint artifact_contents_size_check check (size >= 0),
    constraint artifact_contents_inline_check check (
        case when size <= 65536 then length(inline_content) = size else inline_content is null end
    )
);

create table artifacts (
    id uuid primary key,
    digest bytea not null references artifact_contents (digest),
    run_id uuid not null,
    attempt integer not null,
    name text not null,
    media_type text not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint artifacts_attempt_check check (attempt >= 0),
    constraint artifacts_name_check check (name <> '')
);

create index artifacts_run on artifacts (run_id, id);
