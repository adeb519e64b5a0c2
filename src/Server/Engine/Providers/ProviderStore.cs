using Dapper;
using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>The only writer of <c>providers</c>.</summary>
internal sealed partial class ProviderStore(Database database)
{
    /// <summary>The sealed API keys.</summary>
    public static readonly SealedColumn Keys = new("providers", "sealed_key");

    /// <summary>A stored connection with its key still sealed.</summary>
    internal sealed record Row
    {
        public required string Id { get; init; }
        public required string Kind { get; init; }
        public required string BaseUrl { get; init; }
        public required byte[]? SealedKey { get; init; }
        public required string Options { get; init; }
        public string AuthMode { get; init; } = "";
        public string Source { get; init; } = "";
        public string DefaultModel { get; init; } = "";
        public bool IsDefault { get; init; }
        public int Revision { get; init; }
        public bool Verified { get; init; }
        public string AccountLabel { get; init; } = "";
        public string PlanLabel { get; init; } = "";
        public DateTime? LastVerifiedAt { get; init; }
        public string LastErrorCode { get; init; } = "";
        public string LastError { get; init; } = "";
        public DateTime? ModelsFetchedAt { get; init; }
        public DateTime UpdatedAt { get; init; }
    }

    private const string Columns = """
        id, kind, base_url as BaseUrl, sealed_key as SealedKey, options, auth_mode as AuthMode, source, default_model as DefaultModel, is_default as IsDefault,
        revision, verified, account_label as AccountLabel, plan_label as PlanLabel, last_verified_at as LastVerifiedAt, last_error_code as LastErrorCode,
        last_error as LastError, models_fetched_at as ModelsFetchedAt, updated_at as UpdatedAt
        """;

    private const string FindSql = $"select {Columns} from providers where id = @id";

    public Task<Row?> Find(string id, CancellationToken cancellationToken) => Find(database, id, cancellationToken);

    public static Task<Row?> Find(IQueries queries, string id, CancellationToken cancellationToken) =>
        queries.Read(
            (connection, token) =>
                connection.QuerySingleOrDefaultAsync<Row?>(new CommandDefinition(FindSql, new { id }, cancellationToken: token)),
            cancellationToken);

    private const string LockSql = $"select {Columns} from providers where id = @id for no key update";

    /// <summary>The connection, which nobody else changes until the transaction ends.</summary>
    public static Task<Row?> Lock(Transaction transaction, string id, CancellationToken cancellationToken) =>
        transaction.Connection.QuerySingleOrDefaultAsync<Row?>(
            new CommandDefinition(LockSql, new { id }, cancellationToken: cancellationToken));

    private const string FindDefaultSql = $"select {Columns} from providers where id = (select id from default_connection)";

    /// <summary>The connection of agents that name none.</summary>
    public static Task<Row?> FindDefault(IQueries queries, CancellationToken cancellationToken) => queries.Read(
        (connection, token) => connection.QuerySingleOrDefaultAsync<Row?>(new CommandDefinition(FindDefaultSql, cancellationToken: token)),
        cancellationToken);

    private const string ListSql = $"select {Columns} from providers where source <> 'agent' order by id";

    /// <summary>All connections but those that belong to one agent.</summary>
    public Task<IReadOnlyList<Row>> List(CancellationToken cancellationToken) => database.Read<IReadOnlyList<Row>>(
        async (connection, token) => [.. await connection.QueryAsync<Row>(new CommandDefinition(ListSql, cancellationToken: token))],
        cancellationToken);
}
