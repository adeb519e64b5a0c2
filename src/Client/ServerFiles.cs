namespace Koda.Client;

/// <summary>The files by which a server on this machine tells its clients how to reach it.</summary>
/// <param name="Directory">The server's data directory.</param>
public sealed record ServerFiles(string Directory)
{
    /// <summary>Holds the address on which the server listens.</summary>
    public string UrlFile => Path.Combine(Directory, "server.url");

    /// <summary>Holds a bearer token with every scope.</summary>
    public string OperatorTokenFile => Path.Combine(Directory, "operator.token");

    /// <summary>Holds the bearer token of workers.</summary>
    public string WorkerTokenFile => Path.Combine(Directory, "worker.token");

    /// <summary>The session of a person who signed in here.</summary>
    public SessionFile Session => new(Path.Combine(Directory, "session.json"));

    /// <summary>What makes this device known to the server for later sign-ins.</summary>
    public SessionFile Device => new(Path.Combine(Directory, "device.json"));

    /// <summary><c>KODA_DATA</c>, or <c>~/.koda</c>.</summary>
    public static string DefaultDirectory(Func<string, string?> environment) =>
        environment("KODA_DATA") is { Length: > 0 } given
            ? Path.GetFullPath(given)
            // A home that is not there is named all the same: an empty one would make this the current directory.
            : Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".koda");

    /// <summary>The address of the server. Null: none was started with this directory.</summary>
    public Uri? ReadUrl() => Read(UrlFile) is { } text ? Discovery.ParseUrl(text) : null;

    /// <summary>The operator's token. Null: the directory has none.</summary>
    public string? ReadOperatorToken() => Read(OperatorTokenFile);

    /// <summary>The workers' token. Null: the directory has none.</summary>
    public string? ReadWorkerToken() => Read(WorkerTokenFile);

    private static string? Read(string file) => File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } text ? text : null;
}
