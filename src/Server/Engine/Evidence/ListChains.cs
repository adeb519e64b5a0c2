using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Evidence;

/// <summary>Lists every stream of the log.</summary>
internal sealed class ListChains(Database database)
{
    private const string Filters = "chains";

    private const string ListSql = """
        select s.id, s.head_seq, s.head_hash, s.first_seq, s.base_hash, exists (select from conversations c where c.id = s.id)
        from streams s
        where s.id > $1
        order by s.id
        limit $2
        """;

    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<Page<Chain>> Execute(int limit, string? cursor, CancellationToken cancellationToken)
    {
        var after = ListCursor.DecodeId(Filters, cursor) ?? Guid.Empty;
        var size = Page.Limit(limit);
        var rows = await database.Read((connection, token) => List(connection, after, size + 1, token), cancellationToken);
        return Page.Of(rows, size, Filters, chain => chain.Stream.Id.ToString("N"));
    }

    private static async Task<List<Chain>> List(NpgsqlConnection connection, Guid after, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListSql, connection);
        command.Parameters.AddValue(after);
        command.Parameters.AddValue(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Chain>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var stream = new StreamRecord(
                reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.GetInt64(3), reader.GetFieldValue<byte[]>(4));
            found.Add(new Chain(stream, stream.Id == AuditLog.Stream ? ChainKind.Audit : reader.GetBoolean(5) ? ChainKind.Session : ChainKind.Task));
        }
        return found;
    }
}
