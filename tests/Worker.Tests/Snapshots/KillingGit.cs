using System.Runtime.Versioning;

namespace Koda.Worker.Tests.Snapshots;

/// <summary>A git that is killed at one of its calls, when it has done its work and before it says so, and at every later one.</summary>
[SupportedOSPlatform("linux")]
internal sealed class KillingGit : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("koda-killing-");

    public KillingGit(int call)
    {
        File.WriteAllText(Path, $"""
            #!/bin/sh
            echo >> '{_folder.FullName}/calls'
            calls=$(wc -l < '{_folder.FullName}/calls')
            [ "$calls" -lt {call} ] && exec '{SnapshotFolder.GitPath}' "$@"
            [ "$calls" -eq {call} ] && '{SnapshotFolder.GitPath}' "$@" > /dev/null
            kill -9 $$
            """);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Path => $"{_folder.FullName}/git";

    public void Dispose() => _folder.Delete(recursive: true);
}
