using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Secrets;

/// <summary>
/// A column of envelopes, declared by the one store that writes its table. Other content of the column (answers that hold no secret) is
/// told apart by the first byte.
/// </summary>
/// <param name="Table">The table, as the schema names it.</param>
/// <param name="Column">Its column of type bytea.</param>
internal sealed record SealedColumn(string Table, string Column)
{
    private const int BatchSize = 500;

    /// <summary>Whether people know what is sealed here as secrets. All are wrapped anew by a rotation.</summary>
    public bool HoldsSecrets { get; init; } = true;

    private string Envelopes => $"{Column} is not null and length({Column}) > 0 and get_byte({Column}, 0) = {SecretBox.Format}";

    /// <summary>How many envelopes each master key has wrapped.</summary>
    public async Task<IEnumerable<(byte[] KeyId, long Count)>> Count(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.QueryAsync<(byte[], long)>(new CommandDefinition(
            $"select substring({Column} from 2 for {MasterKey.IdSize}) as key_id, count(*) from {Table} where {Envelopes} group by 1",
            cancellationToken: cancellationToken));

    /// <summary>Rewrites some envelopes of a master key.</summary>
    /// <returns>How many; 0 when none is left.</returns>
    public async Task<int> Rewrap(Transaction transaction, byte[] keyId, Func<byte[], byte[]> rewrap, CancellationToken cancellationToken)
    {
        // A row that is locked here keeps its place until the commit, so the place can name it.
        var select = $"""
            select ctid::text as Place, {Column} as Envelope
            from {Table}
            where {Envelopes} and substring({Column} from 2 for {MasterKey.IdSize}) = @keyId
            limit {BatchSize}
            for update
            """;
        var rows = (await transaction.Connection.QueryAsync<(string Place, byte[] Envelope)>(
            new CommandDefinition(select, new { keyId }, cancellationToken: cancellationToken))).AsList();
        if (rows.Count == 0)
            return 0;
        var update = $"""
            update {Table} as stored
            set {Column} = rewrapped.envelope
            from unnest(@places::tid[], @envelopes::bytea[]) as rewrapped (place, envelope)
            where stored.ctid = rewrapped.place
            """;
        return await transaction.Connection.ExecuteAsync(new CommandDefinition(
            update,
            new { places = rows.Select(row => row.Place).ToArray(), envelopes = rows.Select(row => rewrap(row.Envelope)).ToArray() },
            cancellationToken: cancellationToken));
    }
}
