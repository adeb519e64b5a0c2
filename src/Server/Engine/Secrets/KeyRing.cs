namespace Koda.Server.Engine.Secrets;

/// <summary>
/// The master keys that this server has: the first one seals, all of them open. They come from the environment, or from a file that servers
/// on one data folder share; the file is read again when an envelope names a key that is not known here, so that a rotation reaches every
/// server without a restart.
/// </summary>
internal sealed class KeyRing
{
    public const string FileName = "master.key";
    public const string Variable = "KODA_MASTER_KEY";

    private readonly string? _file;
    private volatile MasterKey[] _keys;

    private KeyRing(IEnumerable<MasterKey> keys, string? file)
    {
        _keys = [.. keys];
        _file = file;
    }

    /// <summary>The key that seals.</summary>
    public MasterKey Current => _keys[0];

    public IReadOnlyList<MasterKey> Keys => _keys;

    /// <summary>True when the keys are this server's to replace.</summary>
    public bool IsFile => _file is not null;

    public static KeyRing Of(params MasterKey[] keys) => new(keys, file: null);

    /// <summary>Takes the keys from the environment, else from the data folder, else makes one there.</summary>
    /// <exception cref="InvalidOperationException">What was given is not keys of 32 bytes in base64 or hex.</exception>
    public static async Task<KeyRing> Load(string dataDirectory, CancellationToken cancellationToken)
    {
        if (await Find(dataDirectory, cancellationToken) is { } given)
            return given;
        var made = new KeyRing([MasterKey.New()], Path.Combine(dataDirectory, FileName));
        await made.Write(made._keys, cancellationToken);
        return made;
    }

    /// <summary>Takes the keys from the environment, else from the data folder. Null: neither has any.</summary>
    /// <exception cref="InvalidOperationException">What was given is not keys of 32 bytes in base64 or hex.</exception>
    public static async Task<KeyRing?> Find(string dataDirectory, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return new KeyRing(Parse(given, Variable), file: null);
        var file = Path.Combine(dataDirectory, FileName);
        return File.Exists(file) ? new KeyRing(Parse(await File.ReadAllTextAsync(file, cancellationToken), file), file) : null;
    }

    /// <summary>The key of this id; null when no server of this data folder has it.</summary>
    public MasterKey? Find(ReadOnlySpan<byte> id)
    {
        if (Among(_keys, id) is { } known)
            return known;
        if (_file is null)
            return null;
        Reload();
        return Among(_keys, id);
    }

    /// <summary>Takes over what another server wrote.</summary>
    public void Reload()
    {
        if (_file is not null && File.Exists(_file))
            _keys = [.. Parse(File.ReadAllText(_file), _file)];
    }

    /// <summary>Replaces the keys, on disk first: what is sealed with a key that only memory has would be lost with it.</summary>
    public async Task Replace(IReadOnlyList<MasterKey> keys, CancellationToken cancellationToken)
    {
        await Write(keys, cancellationToken);
        _keys = [.. keys];
    }

    internal static IEnumerable<MasterKey> Parse(string text, string source) =>
        text.Split([',', '\n', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } parts
            ? parts.Select(part => MasterKey.Parse(part, source))
            : throw new InvalidOperationException($"{source} holds no key.");

    /// <summary>The keys as the text of a file: one a line, the one that seals first.</summary>
    public static string Text(IEnumerable<MasterKey> keys) => string.Concat(keys.Select(key => key.Text + "\n"));

    private Task Write(IEnumerable<MasterKey> keys, CancellationToken cancellationToken) =>
        PrivateFile.Write(_file!, Text(keys), cancellationToken);

    private static MasterKey? Among(MasterKey[] keys, ReadOnlySpan<byte> id)
    {
        foreach (var key in keys)
        {
            if (id.SequenceEqual(key.Id))
                return key;
        }
        return null;
    }
}
