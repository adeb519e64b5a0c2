-- What providers said of their models when they were last asked. Null: they did not say. Prices are micro-dollars per million tokens.
create table provider_models (
    provider_id text not null references providers (id) on delete cascade,
    id text not null,
    title text not null,
    context_tokens bigint,
    max_output_tokens bigint,
    input_micros bigint,
    output_micros bigint,
    cached_input_micros bigint,
    cache_write_micros bigint,
    -- Who says the price: the provider, or the list that comes with Koda.
    price_source text not null,
    tools boolean,
    vision boolean,
    reasoning boolean,
    streaming boolean,
    primary key (provider_id, id),
    constraint provider_models_price_check check (price_source in ('', 'provider', 'list'))
);
