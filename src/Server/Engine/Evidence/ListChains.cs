using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Evidence;

/// <summary>Lists every stream of the log.</summary>
internal sealed class ListChains(Database database)
{
    private const string Filters = "chains";

    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<Page<Chain>> Execute(int limit, string? cursor, CancellationToken cancellationToken)
    {
        var after = ListCursor.DecodeId(Filters, cursor) ?? Guid.Empty;
        var size = Page.Limit(limit);
        var rows = await database.Read((connection, token) => ChainQueries.List(connection, after, size + 1, token), cancellationToken);
        return Page.Of(rows, size, Filters, chain => chain.Stream.Id.ToString("N"));
    }
}
