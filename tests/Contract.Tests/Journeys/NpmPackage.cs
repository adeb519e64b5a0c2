using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace Koda.Contract.Tests.Journeys;

/// <summary>A published package, as the npm registry serves it, unpacked into a folder of its own.</summary>
internal static class NpmPackage
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    /// <summary>Fetches a package, such as <c>express@4.21.2</c>, and gives the folder with its files.</summary>
    public static async Task<string> Fetch(string package, DirectoryInfo into)
    {
        var start = new ProcessStartInfo("npm", ["pack", package, "--silent", "--pack-destination", into.FullName])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(s_patience);
        var problem = npm.StandardError.ReadToEndAsync(deadline.Token);
        var name = (await npm.StandardOutput.ReadToEndAsync(deadline.Token)).Trim();
        await npm.WaitForExitAsync(deadline.Token);
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm pack {package} failed: {await problem}");
        var folder = into.CreateSubdirectory(Path.GetFileNameWithoutExtension(name));
        await using var archive = new GZipStream(File.OpenRead(Path.Combine(into.FullName, name)), CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(archive, folder.FullName, overwriteFiles: false, deadline.Token);
        // Its name is up to who published it; npm ignores it too.
        return folder.GetDirectories().Single().FullName;
    }
}
