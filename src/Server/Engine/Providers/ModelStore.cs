using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Providers;

/// <summary>A model of a connected provider, as it was when the provider was last asked.</summary>
internal sealed record KnownModel(string ProviderId, DateTimeOffset FetchedAt, ModelFacts Facts);

/// <summary>The only writer of <c>provider_models</c>.</summary>
internal sealed class ModelStore(Database database)
{
    private const string ForgetSql = "delete from provider_models where provider_id = $1";

    private const string InsertSql = """
        insert into provider_models
            (provider_id, id, title, context_tokens, max_output_tokens, input_micros, output_micros, cached_input_micros, cache_write_micros, price_source,
            tools, vision, reasoning, streaming)
        select $1, * from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    /// <summary>Stores a provider's models in place of those before.</summary>
    public static void Replace(Transaction transaction, string providerId, IReadOnlyCollection<ModelFacts> models)
    {
        var forget = new NpgsqlBatchCommand(ForgetSql);
        forget.Parameters.AddValue(providerId);
        transaction.Defer(forget);
        var insert = new NpgsqlBatchCommand(InsertSql);
        insert.Parameters.AddValue(providerId);
        insert.Parameters.AddColumn(models, model => model.Id);
        insert.Parameters.AddColumn(models, model => model.Title);
        insert.Parameters.AddColumn(models, model => model.ContextTokens);
        insert.Parameters.AddColumn(models, model => model.MaxOutputTokens);
        insert.Parameters.AddColumn(models, model => model.InputMicros);
        insert.Parameters.AddColumn(models, model => model.OutputMicros);
        insert.Parameters.AddColumn(models, model => model.CachedInputMicros);
        insert.Parameters.AddColumn(models, model => model.CacheWriteMicros);
        insert.Parameters.AddColumn(models, model => model.PriceSource);
        insert.Parameters.AddColumn(models, model => model.Tools);
        insert.Parameters.AddColumn(models, model => model.Vision);
        insert.Parameters.AddColumn(models, model => model.Reasoning);
        insert.Parameters.AddColumn(models, model => model.Streaming);
        transaction.Defer(insert);
    }

    private const string Columns = """
        m.provider_id as ProviderId, p.models_fetched_at as FetchedAt, m.id, m.title, context_tokens as ContextTokens, max_output_tokens as MaxOutputTokens,
        input_micros as InputMicros, output_micros as OutputMicros, cached_input_micros as CachedInputMicros, cache_write_micros as CacheWriteMicros,
        price_source as PriceSource, tools, vision, reasoning, streaming
        """;

    private const string ListSql = $"""
        select {Columns}
        from provider_models m
        join providers p on p.id = m.provider_id
        where (@providerId = '' or m.provider_id = @providerId) and (m.provider_id, m.id) > (@afterProvider, @afterModel)
        order by m.provider_id, m.id
        limit @limit
        """;

    /// <summary>Models by provider and id, after the one named.</summary>
    public Task<List<KnownModel>> List(
        string providerId,
        string afterProvider,
        string afterModel,
        int limit,
        CancellationToken cancellationToken) => List(database, providerId, afterProvider, afterModel, limit, cancellationToken);

    /// <inheritdoc cref="List(string, string, string, int, CancellationToken)"/>
    public static Task<List<KnownModel>> List(
        IQueries queries,
        string providerId,
        string afterProvider,
        string afterModel,
        int limit,
        CancellationToken cancellationToken) =>
        queries.Read(
            async (connection, token) =>
            {
                var command = new CommandDefinition(
                    ListSql, new { providerId, afterProvider, afterModel, limit }, cancellationToken: token);
                return (await connection.QueryAsync<Row>(command)).Select(row => row.ToModel()).ToList();
            },
            cancellationToken);

    private const string FindSql = $"""
        select {Columns}
        from provider_models m
        join providers p on p.id = m.provider_id
        where m.provider_id = @providerId and m.id = any(@ids)
        """;

    /// <summary>What is known of these models of a provider; those that it does not list are left out.</summary>
    public Task<List<ModelFacts>> Find(string providerId, string[] ids, CancellationToken cancellationToken) =>
        Find(database, providerId, ids, cancellationToken);

    /// <inheritdoc cref="Find(string, string[], CancellationToken)"/>
    public static Task<List<ModelFacts>> Find(IQueries queries, string providerId, string[] ids, CancellationToken cancellationToken) =>
        queries.Read(
            async (connection, token) =>
            {
                var command = new CommandDefinition(FindSql, new { providerId, ids }, cancellationToken: token);
                return (await connection.QueryAsync<Row>(command)).Select(row => row.ToModel().Facts).ToList();
            },
            cancellationToken);

    private sealed class Row
    {
        public required string ProviderId { get; init; }
        public DateTime FetchedAt { get; init; }
        public required string Id { get; init; }
        public required string Title { get; init; }
        public long? ContextTokens { get; init; }
        public long? MaxOutputTokens { get; init; }
        public long? InputMicros { get; init; }
        public long? OutputMicros { get; init; }
        public long? CachedInputMicros { get; init; }
        public long? CacheWriteMicros { get; init; }
        public required string PriceSource { get; init; }
        public bool? Tools { get; init; }
        public bool? Vision { get; init; }
        public bool? Reasoning { get; init; }
        public bool? Streaming { get; init; }

        public KnownModel ToModel() => new(ProviderId, FetchedAt, new ModelFacts(Id)
        {
            Title = Title,
            ContextTokens = ContextTokens,
            MaxOutputTokens = MaxOutputTokens,
            InputMicros = InputMicros,
            OutputMicros = OutputMicros,
            CachedInputMicros = CachedInputMicros,
            CacheWriteMicros = CacheWriteMicros,
            PriceSource = PriceSource,
            Tools = Tools,
            Vision = Vision,
            Reasoning = Reasoning,
            Streaming = Streaming,
        });
    }
}
