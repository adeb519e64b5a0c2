CREATE TABLE public.events (
    txid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    "position" bigint NOT NULL,
    stream_id uuid NOT NULL,
    seq bigint NOT NULL,
    "time" timestamp with time zone NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    run_id uuid NOT NULL,
    attempt integer NOT NULL,
    payload text NOT NULL,
    usage text,
    hash bytea NOT NULL,
    CONSTRAINT events_attempt_check CHECK ((attempt >= 0)),
    CONSTRAINT events_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT events_seq_check CHECK ((seq >= 1))
);
ALTER TABLE public.events ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.idempotency_keys (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status text DEFAULT 'running'::text NOT NULL,
    response bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_keys_response_check CHECK (((status = 'completed'::text) = (response IS NOT NULL))),
    CONSTRAINT idempotency_keys_status_check CHECK ((status = ANY (ARRAY['running'::text, 'completed'::text])))
);
CREATE TABLE public.principals (
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT principals_kind_check CHECK ((kind = ANY (ARRAY['operator'::text, 'worker'::text, 'service'::text]))),
    CONSTRAINT principals_name_check CHECK ((name <> ''::text))
);
CREATE TABLE public.providers (
    id text NOT NULL,
    kind text NOT NULL,
    base_url text DEFAULT ''::text NOT NULL,
    sealed_key bytea,
    options text DEFAULT '{}'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT providers_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,95}$'::text)),
    CONSTRAINT providers_kind_check CHECK ((kind = ANY (ARRAY['anthropic'::text, 'openai'::text, 'ollama'::text, 'offline'::text, 'noop'::text])))
);
CREATE TABLE public.schema_migrations (
    name text NOT NULL,
    checksum bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.streams (
    id uuid NOT NULL,
    head_seq bigint NOT NULL,
    head_hash bytea NOT NULL,
    first_seq bigint DEFAULT 1 NOT NULL,
    base_hash bytea DEFAULT decode(repeat('00'::text, 32), 'hex'::text) NOT NULL,
    CONSTRAINT streams_base_hash_check CHECK ((length(base_hash) = 32)),
    CONSTRAINT streams_first_seq_check CHECK ((first_seq >= 1)),
    CONSTRAINT streams_head_hash_check CHECK ((length(head_hash) = 32)),
    CONSTRAINT streams_head_seq_check CHECK ((head_seq >= 0))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.02');
CREATE TABLE public.tokens (
    id uuid NOT NULL,
    principal_id uuid NOT NULL,
    hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT tokens_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT tokens_scopes_check CHECK ((cardinality(scopes) > 0))
);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (stream_id, seq);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (principal, route, key);
ALTER TABLE ONLY public.principals
    ADD CONSTRAINT principals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.providers
    ADD CONSTRAINT providers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.streams
    ADD CONSTRAINT streams_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);
CREATE INDEX events_position ON public.events USING brin ("position") WITH (pages_per_range='16', autosummarize='on');
CREATE INDEX idempotency_keys_expires_at ON public.idempotency_keys USING btree (expires_at);
CREATE UNIQUE INDEX principals_built_in ON public.principals USING btree (kind, name) WHERE (kind = ANY (ARRAY['operator'::text, 'worker'::text]));
CREATE UNIQUE INDEX tokens_hash ON public.tokens USING btree (hash);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES public.principals(id);
