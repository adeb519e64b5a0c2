using System.Security.Cryptography;
using System.Text;

namespace Koda.Server.Infrastructure.EmbeddedPostgres;

/// <summary>The folder of a cluster: <c>postgres</c> in the server's data folder, or behind a link of that name.</summary>
internal static class ClusterHome
{
    private const string SharedRoot = "/var/lib/koda";

    /// <summary>
    /// Finds or makes the folder. When root lends another account and that account cannot enter the data folder (below <c>/root</c>, for
    /// instance), the cluster lives under <c>/var/lib/koda</c> and the data folder has a link to it.
    /// </summary>
    public static async Task<string> Locate(string dataFolder, string? account, CancellationToken cancellationToken)
    {
        var home = Path.Combine(Path.GetFullPath(dataFolder), "postgres");
        if (new FileInfo(home).LinkTarget is { } target)
            return target;
        Directory.CreateDirectory(dataFolder);
        if (!ClusterAccount.CanReach(home, account))
        {
            var shared = Path.Combine(SharedRoot, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home)))[..12]);
            Directory.CreateDirectory(SharedRoot);
            await ClusterAccount.MakePrivateFolder(shared, account, cancellationToken);
            File.CreateSymbolicLink(home, shared);
            return shared;
        }
        await ClusterAccount.MakePrivateFolder(home, account, cancellationToken);
        return home;
    }
}
