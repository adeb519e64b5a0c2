using System.Security.Cryptography;
using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Koda.Server.Engine.Secrets;

/// <summary>
/// Whether this server has the master key of its database. A sealed value without meaning tells, from the first start on; a rotation wraps
/// it anew like every secret. Only this class writes its table.
/// </summary>
internal sealed partial class CheckMasterKey(
    Database database, KeyRing ring, SecretBox box, IEnumerable<SealedColumn> columns, ILogger<CheckMasterKey> log)
{
    /// <summary>Says so to people.</summary>
    public const string Mismatch =
        "The master key is not the one that this database's secrets are sealed with. Start the server with that key: KODA_MASTER_KEY, or master.key in the data directory.";

    public static readonly SealedColumn Column = new("master_key_check", "envelope") { HoldsSecrets = false };

    private const string Purpose = "master-key-check";

    /// <summary>Stores the value where there is none yet and what is sealed already can be opened here.</summary>
    /// <returns>False when the key is another one, which is logged.</returns>
    public async Task<bool> AtStart(CancellationToken cancellationToken)
    {
        if (await Find(cancellationToken) is null && await OpensWhatIsStored(cancellationToken))
            await database.Read((connection, token) => Store(connection, box.Seal("", Purpose), token), cancellationToken);
        var isOurs = await IsOurs(cancellationToken);
        if (!isOurs)
            NotOurs(log, ring.Current.Name);
        return isOurs;
    }

    /// <summary>Whether the keys of this server open what the database holds.</summary>
    public async Task<bool> IsOurs(CancellationToken cancellationToken) =>
        await Find(cancellationToken) is { } envelope ? Opens(box, envelope) : await OpensWhatIsStored(cancellationToken);

    /// <summary>Whether keys open the value that a database keeps.</summary>
    public static bool Opens(SecretBox box, byte[] envelope)
    {
        try
        {
            box.Open(envelope, Purpose);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    // A database from before the value was kept: keys that were rotated away may have left something behind, so one that opens is enough.
    private async Task<bool> OpensWhatIsStored(CancellationToken cancellationToken)
    {
        var ids = new List<byte[]>();
        foreach (var column in columns.Where(column => column.HoldsSecrets))
            ids.AddRange(
                (await database.Read((connection, token) => column.Count(connection, token), cancellationToken)).Select(entry =>
                    entry.KeyId));
        return ids.Count == 0 || ids.Exists(id => ring.Find(id) is not null);
    }

    private const string FindSql = "select envelope from master_key_check";

    private Task<byte[]?> Find(CancellationToken cancellationToken) =>
        database.Read(
            (connection, token) => connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(FindSql, cancellationToken: token)),
            cancellationToken);

    private const string StoreSql = "insert into master_key_check (envelope) values (@envelope) on conflict do nothing";

    // Of servers that start together the first one decides.
    private static Task<int> Store(NpgsqlConnection connection, byte[] envelope, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(StoreSql, new { envelope }, cancellationToken: cancellationToken));

    [LoggerMessage(
        1,
        LogLevel.Error,
        "This server is not ready: its master key {KeyId} is not the one that this database's secrets are sealed with. "
            + "Start it with that key: KODA_MASTER_KEY, or master.key in the data directory.")]
    private static partial void NotOurs(ILogger logger, string keyId);
}
