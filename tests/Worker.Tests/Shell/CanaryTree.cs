using System.Diagnostics;
using Koda.Worker.Tools;

namespace Koda.Worker.Tests.Shell;

/// <summary>
/// A throw-away tree: a workspace with links that lead out of it, and canaries around it that tell when they are read or changed.
/// </summary>
internal sealed class CanaryTree : IDisposable
{
    private static readonly string? s_bwrap = Executables.Find("bwrap");
    private readonly DirectoryInfo _top = Directory.CreateTempSubdirectory("koda-canary-");
    private readonly string _token = Guid.NewGuid().ToString("N");
    private readonly string _before;

    public CanaryTree()
    {
        // Deep enough that climbing out a few times stays in the tree.
        var parent = _top.CreateSubdirectory("1/2/3");
        Root = parent.CreateSubdirectory("inside").FullName;
        Outside = parent.CreateSubdirectory("outside").FullName;
        foreach (
            var (path, text) in new[]
            {
                ("top.txt", "x\n"),
                ("sub/file", "a\nb\n"),
                ("deep/a/b", "x\n"),
                ("run.sh", "cat ../outside/secret\nrm -rf ../outside/dir\n"),
            })
            Write(Path.Combine(Root, path), text);
        foreach (var path in new[] { "secret", $"dir/{_token}", "dir/file", "sub/file", "top.txt", "home/file" })
            Write(Path.Combine(Outside, path), _token);
        foreach (var level in new[] { "secret", "top.txt", "../secret", "../../secret" })
            Write(Path.Combine(parent.FullName, level), _token);
        Directory.CreateSymbolicLink(Path.Combine(Root, "link"), "../outside");
        Directory.CreateSymbolicLink(Path.Combine(Root, "deep/up"), "../../outside");
        Directory.CreateSymbolicLink(Path.Combine(Root, "deep/a/low"), "../../../outside");
        Directory.CreateSymbolicLink(Path.Combine(Root, "deep/a/near"), "../../sub");
        File.CreateSymbolicLink(Path.Combine(Root, "linkfile"), Path.Combine(Outside, "secret"));
        File.CreateSymbolicLink(Path.Combine(Root, "sub/dangling"), "../../outside/made");
        _before = Around();
    }

    public string Root { get; }

    public string Outside { get; }

    /// <summary>The context of a turn's calls in this tree.</summary>
    public ToolContext Context(Sandbox sandbox) => new()
    {
        Workspace = Workspace.Open(Root, []),
        KnownDigest = _ => null,
        Output = (_, _) => { },
        Sandbox = sandbox,
        CommandTimeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>Runs a command as a worker without a sandbox does; only the machine around the tree is out of its reach.</summary>
    public async Task<string> Run(string command)
    {
        var start = new ProcessStartInfo(s_bwrap!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            ArgumentList =
            {
                "--die-with-parent",
                "--unshare-pid",
                "--ro-bind",
                "/",
                "/",
                "--dev",
                "/dev",
                "--proc",
                "/proc",
                "--bind",
                _top.FullName,
                _top.FullName,
                "--chdir",
                Root,
                "timeout",
                "-k",
                "1",
                "5",
                "/bin/bash",
                "--noprofile",
                "--norc",
                "-c",
                command,
            },
        };
        start.Environment.Clear();
        foreach (var (name, value) in CommandEnvironment.Create(Path.Combine(Outside, "home")))
            start.Environment[name] = value;
        using var process = (await LastingThread.Start(start))!;
        process.StandardInput.Close();
        var outputs = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return string.Concat(outputs);
    }

    /// <summary>Whether something outside of the workspace was read or changed.</summary>
    /// <param name="output">What the command printed.</param>
    public bool Touched(string output) =>
        output.Contains(_token, StringComparison.Ordinal)
        || Around() != _before
        || Files(Root)
            .Any(file =>
                Path.GetFileName(file).Contains(_token, StringComparison.Ordinal)
                || (
                    new FileInfo(file) is { LinkTarget: null, UnixFileMode: var mode }
                    && mode.HasFlag(UnixFileMode.UserRead)
                    && File.ReadAllText(file).Contains(_token, StringComparison.Ordinal)));

    public void Dispose()
    {
        try
        {
            _top.Delete(recursive: true);
        }
        catch (UnauthorizedAccessException)
        {
            // A generated command took its own rights away; the folder is in the machine's temporary one.
            return;
        }
    }

    // Everything in the tree but the workspace: names, times, rights and contents.
    private string Around() => string.Join('\n', Lines(_top).Order(StringComparer.Ordinal));

    private IEnumerable<string> Lines(DirectoryInfo directory) =>
        directory
            .EnumerateFileSystemInfos()
            .Where(entry => entry.FullName != Root)
            .SelectMany(entry =>
                entry switch
                {
                    { LinkTarget: { } target } => [$"{entry.FullName} -> {target}"],
                    DirectoryInfo below => Lines(below).Prepend($"{entry.FullName}/ {entry.UnixFileMode}"),
                    _ => [$"{entry.FullName} {entry.UnixFileMode} {entry.LastWriteTimeUtc.Ticks} {File.ReadAllText(entry.FullName)}"],
                });

    private static IEnumerable<string> Files(string directory) =>
        Directory.EnumerateFiles(
            directory,
            "*",
            new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = FileAttributes.ReparsePoint,
                IgnoreInaccessible = true,
            });

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
