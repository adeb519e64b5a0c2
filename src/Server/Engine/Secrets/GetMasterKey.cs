using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Secrets;

/// <summary>What is known of the master key without telling it.</summary>
/// <param name="KeyId">The id of the key that seals.</param>
/// <param name="FromFile">True when it is a file of the data folder; false when the environment gives it.</param>
/// <param name="Secrets">How many secrets are stored.</param>
/// <param name="WithOtherKeys">How many of them an older key of this server has wrapped.</param>
/// <param name="Unreadable">How many of them no key of this server opens.</param>
internal sealed record MasterKeyStatus(string KeyId, bool FromFile, long Secrets, long WithOtherKeys, long Unreadable);

/// <summary>Tells which master key is in use, and what is sealed with it.</summary>
internal sealed class GetMasterKey(Database database, KeyRing ring, IEnumerable<SealedColumn> columns)
{
    public async Task<MasterKeyStatus> Execute(CancellationToken cancellationToken)
    {
        var counts = new List<(byte[] KeyId, long Count)>();
        foreach (var column in columns.Where(column => column.HoldsSecrets))
            counts.AddRange(await database.Read((connection, token) => column.Count(connection, token), cancellationToken));
        var others = counts.Where(entry => !entry.KeyId.AsSpan().SequenceEqual(ring.Current.Id)).ToList();
        return new MasterKeyStatus(
            ring.Current.Name,
            ring.IsFile,
            counts.Sum(entry => entry.Count),
            others.Where(entry => ring.Find(entry.KeyId) is not null).Sum(entry => entry.Count),
            others.Where(entry => ring.Find(entry.KeyId) is null).Sum(entry => entry.Count));
    }
}
