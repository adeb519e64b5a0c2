using Koda.Testing;

namespace Koda.Cli.Tests;

/// <summary>
/// The archive of tools/release.sh on a machine without .NET: an account of nobody's, an empty home, a PATH without dotnet. By command,
/// since making it takes minutes: <c>KODA_RELEASE=$(tools/release.sh) dotnet test tests/Cli.Tests -c Release --filter ReleaseTests</c>.
/// </summary>
public sealed class ReleaseTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    [ReleaseFact]
    public async Task An_unpacked_archive_runs_a_task()
    {
        var root = Directory.CreateTempSubdirectory("koda-release-").FullName;
        var home = Directory.CreateDirectory(Path.Combine(root, "home")).FullName;
        var programs = Directory.CreateDirectory(Path.Combine(root, "bin")).FullName;
        foreach (var folder in (string[])["/usr/bin", "/bin"])
            foreach (var program in Directory.EnumerateFiles(folder).Where(program => Path.GetFileName(program) != "dotnet"))
            {
                var link = Path.Combine(programs, Path.GetFileName(program));
                if (!File.Exists(link))
                    File.CreateSymbolicLink(link, program);
            }
        await PeerProcess.Run(home, s_limit, "tar", "-xzf", ReleaseFactAttribute.Archive!, "--strip-components=1");
        if (Environment.UserName == "root")
        {
            File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
            await PeerProcess.Run(root, s_limit, "chown", "-R", "nobody", home);
        }
        await File.WriteAllTextAsync(Path.Combine(home, "notes.md"), "Nothing yet.\n");
        var url = $"http://127.0.0.1:{LocalKoda.FreePort()}";
        try
        {
            Assert.Contains("Koda is ready", await Koda("up", "--detach", "--listen", url, "--workspace", home), StringComparison.Ordinal);
            var answer = await Koda("run", "--agent", "atlas", "--workspace", home, "Look at the notes.");
            Assert.Contains("Security audit", answer, StringComparison.Ordinal);
            Assert.Contains("every chain is whole", await Koda("verify"), StringComparison.Ordinal);
        }
        finally
        {
            Assert.Contains("stopped", await Koda("down"), StringComparison.Ordinal);
        }
        Directory.Delete(root, recursive: true);

        Task<string> Koda(params string[] command)
        {
            string[] bare = ["-i", $"HOME={home}", $"PATH={programs}", Path.Combine(home, "koda"), .. command];
            return Environment.UserName == "root"
                ? PeerProcess.Run(
                    home, s_limit, "setpriv", ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "env", .. bare])
                : PeerProcess.Run(home, s_limit, "env", bare);
        }
    }
}

/// <summary>Runs when there is an archive.</summary>
internal sealed class ReleaseFactAttribute : FactAttribute
{
    public ReleaseFactAttribute() => Skip = Archive is null ? "Made and tried by command: KODA_RELEASE=$(tools/release.sh)." : null;

    public static string? Archive => Environment.GetEnvironmentVariable("KODA_RELEASE") is { Length: > 0 } path ? path : null;
}
