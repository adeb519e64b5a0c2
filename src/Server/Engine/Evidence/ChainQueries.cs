using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Evidence;

/// <summary>Reads <c>streams</c> as chains.</summary>
internal static class ChainQueries
{
    private const string Columns = """
        select s.id, s.head_seq, s.head_hash, s.first_seq, s.base_hash, exists (select from conversations c where c.id = s.id)
        from streams s
        """;

    private const string ListSql = $"{Columns} where s.id > $1 order by s.id limit $2";

    private const string FindSql = $"{Columns} where s.id = $1";

    /// <summary>The chains after a stream, in the order of their ids.</summary>
    public static async Task<List<Chain>> List(NpgsqlConnection connection, Guid after, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListSql, connection);
        command.Parameters.AddValue(after);
        command.Parameters.AddValue(limit);
        return await Read(command, cancellationToken);
    }

    /// <summary>The chain of a stream; none when there is no such stream.</summary>
    public static async Task<List<Chain>> Find(NpgsqlConnection connection, Guid stream, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindSql, connection);
        command.Parameters.AddValue(stream);
        return await Read(command, cancellationToken);
    }

    private static async Task<List<Chain>> Read(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Chain>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var stream = new StreamRecord(
                reader.GetGuid(0),
                reader.GetInt64(1),
                reader.GetFieldValue<byte[]>(2),
                reader.GetInt64(3),
                reader.GetFieldValue<byte[]>(4));
            found.Add(
                new Chain(
                    stream,
                    stream.Id == AuditLog.Stream ? ChainKind.Audit
                        : reader.GetBoolean(5) ? ChainKind.Session
                        : ChainKind.Task));
        }
        return found;
    }
}
