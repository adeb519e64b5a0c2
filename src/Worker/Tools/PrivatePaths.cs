using Koda.Client;

namespace Koda.Worker.Tools;

/// <summary>What is not for agents: Koda's own directories, which none opens or sees.</summary>
internal sealed class PrivatePaths
{
    private readonly DataDirectories _koda;

    /// <param name="koda">Koda's own directories.</param>
    public PrivatePaths(IEnumerable<string> koda) => _koda = new DataDirectories(koda);

    /// <summary>What this machine usually has.</summary>
    public static PrivatePaths OfMachine { get; } = Of([]);

    /// <summary>The same with further directories of Koda's.</summary>
    public static PrivatePaths Of(IEnumerable<string> koda) =>
        new(koda.Concat([ServerFiles.DefaultDirectory(Environment.GetEnvironmentVariable), ServerFiles.DefaultDirectory(_ => null)]));

    /// <summary>Whether a real path, which need not exist, is Koda's own.</summary>
    public bool IsKoda(string real) => _koda.Hold(real);
}
