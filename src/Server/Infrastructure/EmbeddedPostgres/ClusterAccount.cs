namespace Koda.Server.Infrastructure.EmbeddedPostgres;

/// <summary>The account that PostgreSQL runs as. It refuses to run as root, so root lends it another one.</summary>
internal static class ClusterAccount
{
    private static readonly string[] s_preferred = ["koda", "postgres", "nobody"];

    /// <summary>The account to switch to; null when this process is not root.</summary>
    public static string? Choose()
    {
        if (Environment.UserName != "root")
            return null;
        var known = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        return s_preferred.FirstOrDefault(known.Contains)
            ?? throw new InvalidOperationException(
                $"PostgreSQL does not run as root, and none of the accounts {string.Join(", ", s_preferred)} exists.");
    }

    /// <summary>Makes a folder that only the account can enter.</summary>
    public static async Task MakePrivateFolder(string path, string? account, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (account is not null)
            await ChildProcess.Run("chown", [$"{account}:", path], user: null, cancellationToken);
    }

    /// <summary>True when the account may pass through every folder above <paramref name="path"/>.</summary>
    public static bool CanReach(string path, string? account)
    {
        if (account is null)
            return true;
        for (var folder = Directory.GetParent(path); folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && (folder.UnixFileMode & UnixFileMode.OtherExecute) == 0)
                return false;
        }
        return true;
    }
}
