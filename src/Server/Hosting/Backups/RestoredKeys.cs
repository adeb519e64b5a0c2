using Koda.Server.Engine;
using Koda.Server.Engine.Secrets;

namespace Koda.Server.Hosting.Backups;

/// <summary>
/// Brings master keys to a data directory. While the database is exchanged the file holds both the keys that come and those that were
/// there, so that at whatever moment the restore is killed, the server that starts next opens what its database holds.
/// </summary>
internal sealed class RestoredKeys
{
    private readonly string _file;
    private readonly string? _before;
    private readonly IReadOnlyList<MasterKey> _coming;

    private RestoredKeys(string file, string? before, IReadOnlyList<MasterKey> coming) =>
        (_file, _before, _coming) = (file, before, coming);

    /// <summary>Looks what there is to do.</summary>
    /// <param name="options">What is restored, and whether another key may be replaced.</param>
    /// <param name="neededId">The key that the backup's database needs. Null: it does not tell.</param>
    /// <param name="text">The keys of the archive. Null: it holds none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null: the keys that are there stay.</returns>
    /// <exception cref="BackupException">There are other keys.</exception>
    public static async Task<RestoredKeys?> Plan(BackupOptions options, string? neededId, string? text, CancellationToken cancellationToken)
    {
        var present = await KeyRing.Find(options.DataDirectory, cancellationToken);
        var file = Path.Combine(options.DataDirectory, KeyRing.FileName);
        if (text is null || present is { IsFile: false })
        {
            if (present is null || neededId is null || present.Keys.Any(key => key.Name == neededId))
                return null;
            var place = present.IsFile ? $"'{file}'" : KeyRing.Variable;
            throw new BackupException(
                "backup.other_key", $"The backup's database needs the master key {neededId}, which is not the one of {place}.",
                $"Put that key there, or take {place} away.");
        }
        var coming = KeyRing.Parse(text, "The archive").ToList();
        if (present is not null && !options.Replace && !present.Keys.All(key => coming.Exists(other => other.Name == key.Name)))
            throw new BackupException("backup.not_empty", $"'{file}' holds another master key.", "To lose what it opens, say --replace.");
        return new RestoredKeys(file, present is null ? null : KeyRing.Text(present.Keys), coming);
    }

    /// <summary>Adds the keys to those that are there.</summary>
    public Task Add(CancellationToken cancellationToken) => PrivateFile.Write(_file, KeyRing.Text(_coming) + _before, cancellationToken);

    /// <summary>Leaves the keys that came alone.</summary>
    public Task Settle(CancellationToken cancellationToken) => PrivateFile.Write(_file, KeyRing.Text(_coming), cancellationToken);

    /// <summary>Leaves what was there before.</summary>
    public async Task Undo()
    {
        if (_before is null)
            File.Delete(_file);
        else
            await PrivateFile.Write(_file, _before, CancellationToken.None);
    }
}
