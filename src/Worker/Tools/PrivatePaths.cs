using Koda.Client;
using Koda.Worker.Session;

namespace Koda.Worker.Tools;

/// <summary>
/// What is not for agents, also where it lies in a workspace. Koda's own directories are for none, whatever is allowed; credentials are
/// opened when that was asked, and searches, snapshots and sandboxes leave them out otherwise.
/// </summary>
/// <param name="koda">Koda's own directories.</param>
/// <param name="homes">The home directories whose credentials are meant.</param>
internal sealed class PrivatePaths(IEnumerable<string> koda, IEnumerable<string> homes)
{
    private readonly DataDirectories _koda = new(koda);
    private readonly Credentials _credentials = new(homes);

    /// <summary>What this machine usually has.</summary>
    public static PrivatePaths OfMachine { get; } = Of([]);

    /// <summary>What a worker keeps from its agents.</summary>
    public static PrivatePaths Of(WorkerOptions options) => Of([options.DataDirectory, .. options.PrivateDirectories]);

    /// <summary>The same with further directories of Koda's.</summary>
    public static PrivatePaths Of(IEnumerable<string> koda) =>
        new(
            koda.Concat([ServerFiles.DefaultDirectory(Environment.GetEnvironmentVariable), ServerFiles.DefaultDirectory(_ => null)]),
            Credentials.Homes);

    /// <summary>Whether a real path, which need not exist, is Koda's own.</summary>
    public bool IsKoda(string real) => _koda.Hold(real);

    /// <summary>Whether an open file is Koda's own, whatever its name.</summary>
    public bool IsKoda(FileFacts file) => _koda.Hold(file);

    /// <summary>The credential that a real path is or lies in. Null: none.</summary>
    public string? CredentialOf(string real) => _credentials.Holding(real);

    /// <summary>Whether a path may be shown: it is not Koda's, and no credential but one that was asked for.</summary>
    /// <param name="real">The real path.</param>
    /// <param name="allowed">What was asked for and allowed.</param>
    public bool Show(string real, IReadOnlyList<OutsidePath> allowed) =>
        !IsKoda(real) && (CredentialOf(real) is not { } credential || allowed.Any(path => IsFor(path, credential)));

    /// <summary>The private paths at or below a real path, whether or not they are there.</summary>
    public IEnumerable<string> Within(string directory) =>
        _koda.Below(directory).Concat(_credentials.All.Where(path => RealPaths.IsWithin(path, directory))).Distinct();

    /// <summary>The private paths that are there at or below a real path, but for credentials that were asked for.</summary>
    public IReadOnlyList<string> Below(string directory, IReadOnlyList<OutsidePath> allowed) =>
        [.. Within(directory).Where(path => Path.Exists(path) && !allowed.Any(each => IsFor(each, path)))];

    // Who allows a directory has not asked for the credentials in it.
    private static bool IsFor(OutsidePath allowed, string credential) => RealPaths.IsWithin(allowed.Path, credential);
}
