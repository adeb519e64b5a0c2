-- What was consumed by agent, model and day of UTC. An empty model: the worker did not say which answered.
create table usage_days (
    day date not null,
    agent_id text not null,
    model text not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    cached_input_tokens bigint not null,
    cache_write_tokens bigint not null,
    reasoning_tokens bigint not null,
    cost_micros bigint not null,
    model_calls integer not null,
    tool_calls integer not null,
    unpriced_calls integer not null,
    primary key (day, agent_id, model)
) with (
    -- Sums of today change with every report that consumed something.
    fillfactor = 50
);

-- Of runs before, the day and the model that they began with.
insert into usage_days
select (r.created_at at time zone 'UTC')::date, r.agent_id, coalesce(t.model, ''), sum(r.input_tokens), sum(r.output_tokens), sum(r.cached_input_tokens),
    sum(r.cache_write_tokens), sum(r.reasoning_tokens), sum(r.cost_micros), sum(r.model_calls), sum(r.tool_calls), sum(r.unpriced_calls)
from runs r
left join tasks t on t.id = r.id
where r.model_calls + r.tool_calls > 0 or r.cost_micros > 0
group by 1, 2, 3;
