CREATE TABLE public.agent_secrets (
    agent_id text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT agent_secrets_kind_check CHECK ((kind = ANY (ARRAY['variable'::text, 'draft_provider_key'::text]))),
    CONSTRAINT agent_secrets_name_check CHECK ((name ~ '^[A-Z_][A-Z0-9_]{0,127}$'::text))
);
CREATE TABLE public.agent_versions (
    agent_id text NOT NULL,
    version integer NOT NULL,
    definition text NOT NULL,
    digest bytea NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL,
    published_by text DEFAULT 'system'::text NOT NULL,
    summary text DEFAULT ''::text NOT NULL,
    CONSTRAINT agent_versions_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT agent_versions_version_check CHECK ((version >= 1))
);
CREATE TABLE public.agents (
    id text NOT NULL,
    state text NOT NULL,
    published_version integer,
    max_concurrent integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    draft text DEFAULT '{}'::text NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT agents_id_check CHECK ((id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'::text)),
    CONSTRAINT agents_max_concurrent_check CHECK ((max_concurrent >= 0)),
    CONSTRAINT agents_published_check CHECK (((state = ANY (ARRAY['draft'::text, 'deleted'::text])) = (published_version IS NULL))),
    CONSTRAINT agents_revision_check CHECK ((revision >= 1)),
    CONSTRAINT agents_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'archived'::text, 'deleted'::text])))
);
CREATE TABLE public.approvals (
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    agent_id text NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    call_id text NOT NULL,
    tool text NOT NULL,
    arguments text NOT NULL,
    preview text NOT NULL,
    risk text NOT NULL,
    digest text NOT NULL,
    scope text DEFAULT 'once'::text NOT NULL,
    answered_by text DEFAULT ''::text NOT NULL,
    rationale text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    purpose text DEFAULT 'permission'::text NOT NULL,
    options text[] DEFAULT '{}'::text[] NOT NULL,
    multiple boolean DEFAULT false NOT NULL,
    always_pattern text DEFAULT ''::text NOT NULL,
    response text DEFAULT ''::text NOT NULL,
    CONSTRAINT approvals_answered_by_check CHECK (((answered_by <> ''::text) = (state = ANY (ARRAY['approved'::text, 'denied'::text])))),
    CONSTRAINT approvals_answered_check CHECK (((answered_at IS NOT NULL) = (state <> 'pending'::text))),
    CONSTRAINT approvals_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT approvals_purpose_check CHECK ((purpose = ANY (ARRAY['permission'::text, 'question'::text]))),
    CONSTRAINT approvals_rationale_check CHECK ((length(rationale) <= 500)),
    CONSTRAINT approvals_scope_check CHECK ((scope = ANY (ARRAY['once'::text, 'always'::text]))),
    CONSTRAINT approvals_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'approved'::text, 'denied'::text, 'expired'::text, 'cancelled'::text])))
);
CREATE TABLE public.artifact_contents (
    digest bytea NOT NULL,
    size bigint NOT NULL,
    inline_content bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT artifact_contents_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT artifact_contents_inline_check CHECK (
CASE
    WHEN (size <= 65536) THEN (length(inline_content) = size)
    ELSE (inline_content IS NULL)
END),
    CONSTRAINT artifact_contents_size_check CHECK ((size >= 0))
);
CREATE TABLE public.artifacts (
    id uuid NOT NULL,
    digest bytea NOT NULL,
    run_id uuid NOT NULL,
    attempt integer NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT artifacts_attempt_check CHECK ((attempt >= 0)),
    CONSTRAINT artifacts_name_check CHECK ((name <> ''::text))
);
CREATE TABLE public.attempts (
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    number integer NOT NULL,
    worker_id text NOT NULL,
    lease_expires_at timestamp with time zone NOT NULL,
    offered_at timestamp with time zone DEFAULT now() NOT NULL,
    accepted_at timestamp with time zone,
    last_batch bigint DEFAULT 0 NOT NULL,
    last_seq bigint DEFAULT 0 NOT NULL,
    progress text DEFAULT ''::text NOT NULL,
    ended_at timestamp with time zone,
    outcome text,
    CONSTRAINT attempts_ended_check CHECK (((ended_at IS NULL) = (outcome IS NULL))),
    CONSTRAINT attempts_last_batch_check CHECK ((last_batch >= 0)),
    CONSTRAINT attempts_number_check CHECK ((number >= 1)),
    CONSTRAINT attempts_outcome_check CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'failed'::text, 'suspended'::text, 'paused'::text, 'cancelled'::text, 'drained'::text, 'declined'::text, 'offer_expired'::text, 'lease_expired'::text, 'worker_gone'::text, 'cooled_down'::text])))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');
CREATE TABLE public.code_settings (
    key text NOT NULL,
    value text NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.conversations (
    id uuid NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    agent_id text NOT NULL,
    provider text DEFAULT ''::text NOT NULL,
    model text DEFAULT ''::text NOT NULL,
    workspace text DEFAULT ''::text NOT NULL,
    parent_id uuid,
    branch_seq bigint,
    principal text NOT NULL,
    turns bigint DEFAULT 0 NOT NULL,
    last_turn uuid,
    last_operation uuid,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    deleted_at timestamp with time zone,
    is_subagent boolean DEFAULT false NOT NULL,
    CONSTRAINT conversations_branch_check CHECK (((parent_id IS NULL) OR (branch_seq IS NOT NULL) OR is_subagent)),
    CONSTRAINT conversations_turns_check CHECK ((turns >= 0))
);
CREATE TABLE public.providers (
    id text NOT NULL,
    kind text NOT NULL,
    base_url text DEFAULT ''::text NOT NULL,
    sealed_key bytea,
    options text DEFAULT '{}'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    auth_mode text DEFAULT 'api_key'::text NOT NULL,
    source text DEFAULT 'api'::text NOT NULL,
    default_model text DEFAULT ''::text NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    verified boolean DEFAULT false NOT NULL,
    account_label text DEFAULT ''::text NOT NULL,
    plan_label text DEFAULT ''::text NOT NULL,
    last_verified_at timestamp with time zone,
    last_error_code text DEFAULT ''::text NOT NULL,
    last_error text DEFAULT ''::text NOT NULL,
    models_fetched_at timestamp with time zone,
    CONSTRAINT providers_auth_mode_check CHECK ((auth_mode = ANY (ARRAY['api_key'::text, 'local'::text, 'none'::text]))),
    CONSTRAINT providers_default_check CHECK (((NOT is_default) OR (source <> 'agent'::text))),
    CONSTRAINT providers_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9_-]{0,95}$'::text)),
    CONSTRAINT providers_kind_check CHECK ((kind = ANY (ARRAY['anthropic'::text, 'openai'::text, 'ollama'::text, 'offline'::text, 'noop'::text]))),
    CONSTRAINT providers_revision_check CHECK ((revision >= 1)),
    CONSTRAINT providers_source_check CHECK ((source = ANY (ARRAY['api'::text, 'environment'::text, 'agent'::text]))),
    CONSTRAINT providers_verified_check CHECK (((NOT verified) OR ((last_verified_at IS NOT NULL) AND (last_error_code = ''::text))))
);
CREATE VIEW public.default_connection AS
 SELECT providers.id
   FROM public.providers
  WHERE ((providers.source <> 'agent'::text) AND ((providers.auth_mode <> 'api_key'::text) OR (providers.sealed_key IS NOT NULL)))
  ORDER BY providers.is_default DESC, (providers.id = 'offline'::text), (providers.id = 'ollama'::text), (array_position(ARRAY['anthropic'::text, 'openai'::text, 'openrouter'::text, 'gemini'::text, 'mistral'::text, 'groq'::text, 'deepseek'::text, 'xai'::text], providers.id)), providers.created_at, providers.id
 LIMIT 1;
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
CREATE TABLE public.known_devices (
    id uuid NOT NULL,
    principal_id uuid NOT NULL,
    hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT known_devices_hash_check CHECK ((length(hash) = 32))
);
CREATE TABLE public.master_key_check (
    id boolean DEFAULT true NOT NULL,
    envelope bytea NOT NULL,
    CONSTRAINT master_key_check_id_check CHECK (id)
);
CREATE SEQUENCE public.mcp_refreshes
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.owners (
    principal_id uuid NOT NULL,
    single boolean DEFAULT true NOT NULL,
    username text NOT NULL,
    email text NOT NULL,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    password_changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT owners_single_check CHECK (single),
    CONSTRAINT owners_username_check CHECK ((username ~ '^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$'::text))
);
CREATE TABLE public.principals (
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT principals_kind_check CHECK ((kind = ANY (ARRAY['operator'::text, 'worker'::text, 'service'::text]))),
    CONSTRAINT principals_name_check CHECK ((name <> ''::text))
);
CREATE TABLE public.provider_cooldowns (
    provider_id text NOT NULL,
    model text NOT NULL,
    until timestamp with time zone NOT NULL,
    code text NOT NULL
);
CREATE TABLE public.provider_health (
    id uuid NOT NULL,
    provider_id text NOT NULL,
    checked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    trigger text NOT NULL,
    verified boolean NOT NULL,
    checked_via text NOT NULL,
    latency_ms integer NOT NULL,
    account_label text NOT NULL,
    plan_label text NOT NULL,
    model_count integer NOT NULL,
    error_code text NOT NULL,
    error text NOT NULL,
    CONSTRAINT provider_health_counts_check CHECK (((latency_ms >= 0) AND (model_count >= 0))),
    CONSTRAINT provider_health_error_check CHECK ((verified = (error_code = ''::text))),
    CONSTRAINT provider_health_trigger_check CHECK ((trigger = ANY (ARRAY['verify'::text, 'save'::text, 'refresh'::text])))
);
CREATE TABLE public.provider_limits (
    provider_id text NOT NULL,
    model text NOT NULL,
    max_concurrent integer NOT NULL,
    CONSTRAINT provider_limits_max_check CHECK ((max_concurrent >= 1))
);
CREATE TABLE public.tasks (
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    agent_id text NOT NULL,
    agent_version integer NOT NULL,
    state text NOT NULL,
    priority integer NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    losses integer DEFAULT 0 NOT NULL,
    max_attempts integer NOT NULL,
    stop_requested text DEFAULT 'none'::text NOT NULL,
    dead_letter boolean DEFAULT false NOT NULL,
    available_at timestamp with time zone,
    approval_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    principal text NOT NULL,
    traceparent text NOT NULL,
    workspace text NOT NULL,
    query text NOT NULL,
    metadata text NOT NULL,
    context text NOT NULL,
    output text,
    error_code text,
    error_message text,
    connection text DEFAULT ''::text NOT NULL,
    model text DEFAULT ''::text NOT NULL,
    awaits_subagents boolean DEFAULT false NOT NULL,
    route text DEFAULT ''::text NOT NULL,
    CONSTRAINT tasks_approval_check CHECK (((approval_id IS NULL) OR (state = 'waiting'::text))),
    CONSTRAINT tasks_available_at_check CHECK (((available_at IS NOT NULL) = (state = 'retrying'::text))),
    CONSTRAINT tasks_counts_check CHECK (((attempt >= 0) AND (failures >= 0) AND (losses >= 0) AND (max_attempts >= 1))),
    CONSTRAINT tasks_dead_letter_check CHECK (((NOT dead_letter) OR (state = 'failed'::text))),
    CONSTRAINT tasks_error_check CHECK (((state <> ALL (ARRAY['failed'::text, 'retrying'::text])) OR ((error_code IS NOT NULL) AND (error_message IS NOT NULL)))),
    CONSTRAINT tasks_finished_check CHECK (((finished_at IS NOT NULL) = (state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text])))),
    CONSTRAINT tasks_output_check CHECK (((output IS NOT NULL) = (state = 'succeeded'::text))),
    CONSTRAINT tasks_priority_check CHECK (((priority >= '-100'::integer) AND (priority <= 100))),
    CONSTRAINT tasks_started_check CHECK (((state <> ALL (ARRAY['running'::text, 'succeeded'::text])) OR ((started_at IS NOT NULL) AND (attempt > 0)))),
    CONSTRAINT tasks_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'retrying'::text, 'paused'::text, 'waiting'::text]))),
    CONSTRAINT tasks_stop_requested_check CHECK (((stop_requested = 'none'::text) OR ((stop_requested = ANY (ARRAY['pause'::text, 'cancel'::text])) AND (state = ANY (ARRAY['running'::text, 'waiting'::text]))) OR ((stop_requested = 'requeue'::text) AND (state = 'running'::text))))
)
WITH (autovacuum_vacuum_scale_factor='0.02');
CREATE VIEW public.provider_load AS
 SELECT l.provider_id,
    l.model,
    l.max_concurrent,
    ( SELECT count(*) AS count
           FROM public.tasks t
          WHERE ((t.state = 'running'::text) AND ((t.connection = l.provider_id) OR ((t.connection = ''::text) AND (l.provider_id = ( SELECT default_connection.id
                   FROM public.default_connection)))) AND ((l.model = ''::text) OR (t.model = l.model) OR ((t.model = ''::text) AND (p.default_model = l.model))))) AS running
   FROM (public.provider_limits l
     JOIN public.providers p ON ((p.id = l.provider_id)));
CREATE TABLE public.provider_models (
    provider_id text NOT NULL,
    id text NOT NULL,
    title text NOT NULL,
    context_tokens bigint,
    max_output_tokens bigint,
    input_micros bigint,
    output_micros bigint,
    cached_input_micros bigint,
    cache_write_micros bigint,
    price_source text NOT NULL,
    tools boolean,
    vision boolean,
    reasoning boolean,
    streaming boolean,
    CONSTRAINT provider_models_price_check CHECK ((price_source = ANY (ARRAY[''::text, 'provider'::text, 'list'::text])))
);
CREATE TABLE public.queued_messages (
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE UNLOGGED TABLE public.rate_counts (
    bucket text NOT NULL,
    subject text NOT NULL,
    calls timestamp with time zone[] NOT NULL,
    newest integer NOT NULL,
    refusal smallint DEFAULT 0 NOT NULL,
    recorded_at timestamp with time zone,
    ends_at timestamp with time zone NOT NULL
);
CREATE TABLE public.recovery_codes (
    principal_id uuid NOT NULL,
    hash bytea NOT NULL,
    salt bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT recovery_codes_hash_check CHECK ((length(hash) = 32))
);
CREATE TABLE public.runs (
    id uuid NOT NULL,
    kind text NOT NULL,
    parent_id uuid,
    stream_id uuid NOT NULL,
    agent_id text NOT NULL,
    agent_version integer NOT NULL,
    workspace text NOT NULL,
    input_tokens bigint DEFAULT 0 NOT NULL,
    output_tokens bigint DEFAULT 0 NOT NULL,
    cached_input_tokens bigint DEFAULT 0 NOT NULL,
    cache_write_tokens bigint DEFAULT 0 NOT NULL,
    reasoning_tokens bigint DEFAULT 0 NOT NULL,
    cost_micros bigint DEFAULT 0 NOT NULL,
    model_calls integer DEFAULT 0 NOT NULL,
    tool_calls integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    unpriced_calls integer DEFAULT 0 NOT NULL,
    root_id uuid,
    number integer DEFAULT 1 NOT NULL,
    CONSTRAINT runs_kind_check CHECK ((kind = ANY (ARRAY['task'::text, 'turn'::text, 'operation'::text]))),
    CONSTRAINT runs_tree_check CHECK ((((root_id IS NULL) OR (parent_id IS NOT NULL)) AND (number >= 1)))
)
WITH (fillfactor='80');
CREATE TABLE public.schema_migrations (
    name text NOT NULL,
    checksum bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.sessions (
    id uuid NOT NULL,
    principal_id uuid NOT NULL,
    hash bytea NOT NULL,
    label text NOT NULL,
    address text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT sessions_hash_check CHECK ((length(hash) = 32))
);
CREATE TABLE public.setup_codes (
    hash bytea NOT NULL,
    kind text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT setup_codes_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT setup_codes_kind_check CHECK ((kind = ANY (ARRAY['code'::text, 'registration'::text])))
);
CREATE TABLE public.sign_in_failures (
    subject bytea NOT NULL,
    failures double precision NOT NULL,
    locked_until timestamp with time zone,
    failed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sign_in_failures_subject_check CHECK ((length(subject) = 32))
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
CREATE TABLE public.subagents (
    conversation_id uuid NOT NULL,
    parent_id uuid NOT NULL,
    parent_task_id uuid,
    step integer NOT NULL,
    call_id text NOT NULL,
    task_id uuid NOT NULL,
    agent_id text NOT NULL,
    title text NOT NULL,
    timeout interval NOT NULL,
    timed_out boolean DEFAULT false NOT NULL,
    asked_id uuid,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    settled_at timestamp with time zone,
    told_at timestamp with time zone,
    patience interval DEFAULT '00:15:00'::interval NOT NULL,
    CONSTRAINT subagents_call_check CHECK (((parent_task_id IS NULL) = (call_id = ''::text)))
);
CREATE TABLE public.system_settings (
    id boolean DEFAULT true NOT NULL,
    value text NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT system_settings_id_check CHECK (id)
);
CREATE TABLE public.tokens (
    id uuid NOT NULL,
    principal_id uuid NOT NULL,
    hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    name text DEFAULT ''::text NOT NULL,
    prefix text DEFAULT ''::text NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT tokens_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT tokens_scopes_check CHECK ((cardinality(scopes) > 0))
);
CREATE TABLE public.usage_days (
    day date NOT NULL,
    agent_id text NOT NULL,
    model text NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    cache_write_tokens bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    cost_micros bigint NOT NULL,
    model_calls integer NOT NULL,
    tool_calls integer NOT NULL,
    unpriced_calls integer NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.workers (
    id text NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    slots integer NOT NULL,
    agent_ids text[] NOT NULL,
    workspace_roots text[] NOT NULL,
    default_workspace text NOT NULL,
    connected_at timestamp with time zone DEFAULT now() NOT NULL,
    connection_id uuid,
    present_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    mcp_servers text DEFAULT '[]'::text NOT NULL,
    mcp_refresh bigint DEFAULT 0 NOT NULL,
    confined boolean,
    unconfined_reason text DEFAULT ''::text NOT NULL,
    unconfined_commands boolean DEFAULT false NOT NULL,
    role text DEFAULT ''::text NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT workers_slots_check CHECK ((slots >= 0))
);
CREATE TABLE public.write_probes (
    id bigint NOT NULL,
    filler bytea NOT NULL
);
ALTER TABLE ONLY public.write_probes ALTER COLUMN filler SET STORAGE EXTERNAL;
ALTER TABLE public.write_probes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.write_probes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.agent_secrets
    ADD CONSTRAINT agent_secrets_pkey PRIMARY KEY (agent_id, kind, name);
ALTER TABLE ONLY public.agent_versions
    ADD CONSTRAINT agent_versions_pkey PRIMARY KEY (agent_id, version);
ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.artifact_contents
    ADD CONSTRAINT artifact_contents_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.code_settings
    ADD CONSTRAINT code_settings_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (stream_id, seq);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (principal, route, key);
ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.master_key_check
    ADD CONSTRAINT master_key_check_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.owners
    ADD CONSTRAINT owners_pkey PRIMARY KEY (principal_id);
ALTER TABLE ONLY public.owners
    ADD CONSTRAINT owners_single_key UNIQUE (single);
ALTER TABLE ONLY public.principals
    ADD CONSTRAINT principals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.provider_cooldowns
    ADD CONSTRAINT provider_cooldowns_pkey PRIMARY KEY (provider_id, model);
ALTER TABLE ONLY public.provider_health
    ADD CONSTRAINT provider_health_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.provider_limits
    ADD CONSTRAINT provider_limits_pkey PRIMARY KEY (provider_id, model);
ALTER TABLE ONLY public.provider_models
    ADD CONSTRAINT provider_models_pkey PRIMARY KEY (provider_id, id);
ALTER TABLE ONLY public.providers
    ADD CONSTRAINT providers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.queued_messages
    ADD CONSTRAINT queued_messages_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.rate_counts
    ADD CONSTRAINT rate_counts_pkey PRIMARY KEY (bucket, subject);
ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (principal_id, hash);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.setup_codes
    ADD CONSTRAINT setup_codes_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.sign_in_failures
    ADD CONSTRAINT sign_in_failures_pkey PRIMARY KEY (subject);
ALTER TABLE ONLY public.streams
    ADD CONSTRAINT streams_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.subagents
    ADD CONSTRAINT subagents_pkey PRIMARY KEY (conversation_id);
ALTER TABLE ONLY public.system_settings
    ADD CONSTRAINT system_settings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.usage_days
    ADD CONSTRAINT usage_days_pkey PRIMARY KEY (day, agent_id, model);
ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.write_probes
    ADD CONSTRAINT write_probes_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX agents_key ON public.agents USING btree (lower((id COLLATE "C")));
CREATE INDEX approvals_expiry ON public.approvals USING btree (expires_at) WHERE (state = 'pending'::text);
CREATE UNIQUE INDEX approvals_pending ON public.approvals USING btree (task_id) WHERE (state = 'pending'::text);
CREATE INDEX approvals_task ON public.approvals USING btree (task_id, id);
CREATE INDEX artifacts_run ON public.artifacts USING btree (run_id, id);
CREATE UNIQUE INDEX attempts_open ON public.attempts USING btree (task_id) WHERE (ended_at IS NULL);
CREATE INDEX conversations_parent ON public.conversations USING btree (parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX conversations_recent ON public.conversations USING btree (updated_at DESC) WHERE ((deleted_at IS NULL) AND (NOT is_subagent));
CREATE INDEX events_marks ON public.events USING btree (stream_id, seq) WHERE (kind = ANY (ARRAY['message.sent'::text, 'context.compacted'::text]));
CREATE INDEX events_position ON public.events USING brin ("position") WITH (pages_per_range='16', autosummarize='on');
CREATE INDEX idempotency_keys_expires_at ON public.idempotency_keys USING btree (expires_at);
CREATE UNIQUE INDEX known_devices_hash ON public.known_devices USING btree (hash);
CREATE INDEX known_devices_used ON public.known_devices USING btree (principal_id, last_used_at);
CREATE UNIQUE INDEX principals_built_in ON public.principals USING btree (kind, name) WHERE (kind = ANY (ARRAY['operator'::text, 'worker'::text]));
CREATE INDEX provider_cooldowns_until ON public.provider_cooldowns USING btree (until);
CREATE INDEX provider_health_provider ON public.provider_health USING btree (provider_id, id);
CREATE UNIQUE INDEX providers_default ON public.providers USING btree (is_default) WHERE is_default;
CREATE INDEX providers_shared ON public.providers USING btree (id) WHERE (source <> 'agent'::text);
CREATE INDEX queued_messages_order ON public.queued_messages USING btree (conversation_id, id);
CREATE INDEX runs_agent ON public.runs USING btree (agent_id, id);
CREATE INDEX runs_children ON public.runs USING btree (parent_id, number) WHERE (parent_id IS NOT NULL);
CREATE INDEX runs_conversation ON public.runs USING btree (stream_id) WHERE (kind <> 'task'::text);
CREATE INDEX runs_of_root ON public.runs USING btree (root_id) WHERE (root_id IS NOT NULL);
CREATE UNIQUE INDEX sessions_hash ON public.sessions USING btree (hash);
CREATE INDEX sessions_open ON public.sessions USING btree (principal_id) WHERE (revoked_at IS NULL);
CREATE INDEX sign_in_failures_failed_at ON public.sign_in_failures USING btree (failed_at);
CREATE UNIQUE INDEX subagents_call ON public.subagents USING btree (parent_task_id, step, call_id) WHERE (parent_task_id IS NOT NULL);
CREATE INDEX subagents_open ON public.subagents USING btree (task_id) WHERE (settled_at IS NULL);
CREATE INDEX subagents_parent ON public.subagents USING btree (parent_id, conversation_id);
CREATE INDEX tasks_dead_letter ON public.tasks USING btree (id) WHERE dead_letter;
CREATE INDEX tasks_for_one_worker ON public.tasks USING btree (route) WHERE ((state = 'queued'::text) AND starts_with(route, 'worker:'::text));
CREATE INDEX tasks_queued ON public.tasks USING btree (agent_id, connection, model, route, priority DESC, id) WHERE (state = 'queued'::text);
CREATE INDEX tasks_retrying ON public.tasks USING btree (available_at) WHERE (state = 'retrying'::text);
CREATE INDEX tasks_running ON public.tasks USING btree (agent_id, connection, model) WHERE (state = 'running'::text);
CREATE INDEX tasks_waiting ON public.tasks USING btree (id) WHERE (state = 'waiting'::text);
CREATE UNIQUE INDEX tokens_hash ON public.tokens USING btree (hash);
ALTER TABLE ONLY public.agent_secrets
    ADD CONSTRAINT agent_secrets_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id);
ALTER TABLE ONLY public.agent_versions
    ADD CONSTRAINT agent_versions_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id);
ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_digest_fkey FOREIGN KEY (digest) REFERENCES public.artifact_contents(digest);
ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES public.principals(id);
ALTER TABLE ONLY public.owners
    ADD CONSTRAINT owners_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES public.principals(id);
ALTER TABLE ONLY public.provider_cooldowns
    ADD CONSTRAINT provider_cooldowns_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES public.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.provider_limits
    ADD CONSTRAINT provider_limits_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES public.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.provider_models
    ADD CONSTRAINT provider_models_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES public.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES public.owners(principal_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES public.principals(id);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES public.principals(id);
