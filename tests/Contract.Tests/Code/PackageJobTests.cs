using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Koda.Contract.Tests.Documents;
using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

/// <summary>
/// Jobs in packages that everybody has, with what folders have in truth: CRLF line ends, a repository inside, a socket, files that only
/// their owner reads. A planted fault makes each red; the agent makes it green, and all that it did is undone without a trace.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class PackageJobTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>, IDisposable
{
    private const string RunTests = """{"command":"node --test --test-reporter=tap"}""";

    private static readonly Job s_ms = new(
        "ms", "index.js", "fmtLong",
        Right: "  if (msAbs >= h) {\n    return plural(ms, msAbs, h, 'hour');",
        Wrong: "  if (msAbs >= h) {\n    return plural(ms, msAbs, m, 'hour');",
        """
        const test = require('node:test');
        const assert = require('node:assert/strict');
        const ms = require('./index.js');
        test('says hours', () => assert.equal(ms(3 * 60 * 60 * 1000, { long: true }), '3 hours'));
        test('reads days', () => assert.equal(ms('2 days'), 172800000));
        """);

    private static readonly Job s_semver = new(
        "semver", "internal/identifiers.js", "compareIdentifiers",
        Right: "  return a === b ? 0\n    : (anum && !bnum) ? -1\n",
        Wrong: "  return a === b ? 0\n    : (anum && !bnum) ? 1\n",
        """
        const test = require('node:test');
        const assert = require('node:assert/strict');
        const semver = require('./index.js');
        test('numbers come before words', () => assert.ok(semver.lt('1.0.0-1', '1.0.0-alpha')));
        test('compares releases', () => assert.ok(semver.gt('2.0.0', '1.9.9')));
        """);

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("koda-pack-");
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private KodaHost Host => koda.Host;

    private string Root => Path.Combine(_home.FullName, "package");

    public void Dispose()
    {
        _socket.Dispose();
        _home.Delete(recursive: true);
    }

    [Fact]
    public Task A_fault_in_ms_is_repaired_and_undone_over_chat_completions() => Do(s_ms, "openai");

    [Fact]
    public Task A_fault_in_semver_is_repaired_and_undone_over_messages() => Do(s_semver, "anthropic");

    private async Task Do(Job job, string wire)
    {
        await Prepare(job);
        await using var model = await ScriptedModel.Start(
            Call(1, "grep", new JsonObject { ["pattern"] = job.Searched }),
            Call(2, "read", new JsonObject { ["path"] = job.File }),
            ModelTurn.Call("call_3", "bash", RunTests),
            Call(4, "edit", new JsonObject { ["path"] = job.File, ["old_text"] = job.Wrong, ["new_text"] = job.Right }),
            Call(5, "edit", new JsonObject { ["path"] = "vendor/inner/notes.md", ["old_text"] = "open", ["new_text"] = "done" }),
            Call(6, "write", new JsonObject { ["path"] = "vendor/inner/more/new.md", ["content"] = "new\n" }),
            Call(7, "bash", new JsonObject { ["command"] = "chmod 755 secret.txt" }),
            ModelTurn.Call("call_8", "bash", RunTests),
            ModelTurn.Say("Repaired."));
        await Host.Define(
            $"{job.Package}-repairer",
            model,
            tools: """["grep","read","edit","write","bash"]""",
            wire: wire,
            permissions: """[{"tool":"bash","pattern":"node --test*","action":"allow"},{"tool":"bash","pattern":"chmod 755 secret.txt","action":"allow"}]"""
        );
        var (tree, owners) = (Tree(), await Owners());
        var session = await Host.NewSession($"{job.Package}-repairer", Root);

        await Host.Begin(session, "The test fails. Repair the code.");
        var events = await Host.Whole(session);

        Assert.Equal("done", events[^1].Name);
        var ends = events.Where(item => item.Name == "tool_end").Select(item => item.Data).ToList();
        Assert.Equal(["grep", "read", "bash", "edit", "edit", "write", "bash", "bash"], ends.Select(end => end.At("tool")));
        Assert.Equal(["", "", "(exit code 1)", "", "", "", "", ""], ends.Select(end => end.At("error")));
        Assert.Contains(job.File, ends[0].At("output"), StringComparison.Ordinal);
        Assert.Contains("vendor/inner/notes.md", ends[0].At("output"), StringComparison.Ordinal);
        Assert.Contains("# pass 1\n# fail 1", ends[2].At("output"), StringComparison.Ordinal);
        Assert.Contains("# pass 2\n# fail 0", ends[7].At("output"), StringComparison.Ordinal);
        Assert.DoesNotContain("\\r", model.Requests.Last()["messages"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(await Original(job), await File.ReadAllTextAsync(Path.Combine(Root, job.File)));
        await ShowsTheChange(job, session);

        var undone = await Host.Rest.Post($"/sessions/{session}/undo");

        Assert.True(undone.Status == 204, undone.Text);
        Assert.Equal(tree, Tree());
        Assert.Equal(owners, await Owners());
    }

    private async Task ShowsTheChange(Job job, string session)
    {
        var diff = (await Host.Rest.Get($"/sessions/{session}/diff")).Json;
        var files = diff["files"]!.AsArray().Select(file => (file!.At("path"), file!.At("change"))).ToList();
        Assert.Equal(
            [
                (job.File, "modified"),
                ("secret.txt", "modified"),
                ("vendor/inner/more/new.md", "added"),
                ("vendor/inner/notes.md", "modified"),
            ],
            files.Order());
        var ofFile = diff.At("diff").Split($"diff --git a/{job.File} ")[1].Split("diff --git ")[0].Split('\n');
        var (wrong, right) = (
            job.Wrong.Split('\n').Except(job.Right.Split('\n')).Single(),
            job.Right.Split('\n').Except(job.Wrong.Split('\n')).Single());
        Assert.Equal([$"-{wrong}\r", $"+{right}\r"], ofFile.Where(line => line is ['-', not '-', ..] or ['+', not '+', ..]));
    }

    /// <summary>The package, broken, in a repository of its own.</summary>
    private async Task Prepare(Job job)
    {
        var from = Source(job);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            await Write(Path.GetRelativePath(from, file), Crlf(await File.ReadAllTextAsync(file)));
        var right = await Original(job);
        Assert.Equal(2, right.Split(Crlf(job.Right)).Length);
        await Write(job.File, right.Replace(Crlf(job.Right), Crlf(job.Wrong), StringComparison.Ordinal));
        await Write("package.test.js", Crlf(job.Test));
        await Write("vendor/inner/notes.md", $"open: who calls {job.Searched}?\n");
        await Commit("vendor/inner");
        await Write("vendor/inner/draft.md", "not added\n");
        await Commit(".");
        await Write("secret.txt", "only its owner reads this\n");
        File.SetUnixFileMode(Path.Combine(Root, "secret.txt"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Write("staged.txt", "staged by its owner\r\n");
        await Git(".", "add", "staged.txt");
        _socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(Root, "vendor/live.sock")));
    }

    private async Task Commit(string folder)
    {
        await Git(folder, "init", "-q", "-b", "main");
        await Git(folder, "-c", "advice.addEmbeddedRepo=false", "add", "-A");
        await Git(folder, "-c", "user.name=ana", "-c", "user.email=ana@example.org", "commit", "-q", "-m", "first");
    }

    /// <summary>
    /// All that lies in the package but the owner's repository, into which snapshots are written: what it is, its mode and its bytes.
    /// </summary>
    private string Tree() => string.Join('\n', new DirectoryInfo(Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
        .Where(entry => !entry.FullName.StartsWith($"{Root}/.git/", StringComparison.Ordinal))
        .Select(entry => $"{entry.FullName[Root.Length..]} {entry.UnixFileMode} {Content(entry)}").Order(StringComparer.Ordinal));

    private static string Content(FileSystemInfo entry) => entry switch
    {
        DirectoryInfo => "directory",
        { Extension: ".sock" } => "socket",
        _ => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(entry.FullName))),
    };

    /// <summary>What the owners of both repositories see of them.</summary>
    private async Task<string> Owners() =>
        string.Join(
            '\n',
            await Task.WhenAll(
                new[] { ".", "vendor/inner" }.Select(async folder =>
                    string.Join(
                        '\n',
                        await Git(folder, "status", "--porcelain=v2"),
                        await Git(folder, "for-each-ref", "refs/heads", "refs/tags", "refs/stash"),
                        await Git(folder, "rev-parse", "HEAD"),
                        await Git(folder, "ls-files", "--stage"),
                        await Git(folder, "config", "--list", "--local")))));

    private async Task<string> Git(string folder, params string[] arguments)
    {
        // Without optional locks a look changes nothing, not even the index.
        var start = new ProcessStartInfo("git", ["--no-optional-locks", "-C", Path.Combine(Root, folder), .. arguments])
        {
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start)!;
        var output = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        Assert.Equal(0, git.ExitCode);
        return output;
    }

    private async Task Write(string path, string text)
    {
        var file = new FileInfo(Path.Combine(Root, path));
        file.Directory!.Create();
        await File.WriteAllTextAsync(file.FullName, text);
    }

    private static async Task<string> Original(Job job) => Crlf(await File.ReadAllTextAsync(Path.Combine(Source(job), job.File)));

    private static string Source(Job job) => Path.Combine(NodeTools.Folder, "node_modules", job.Package);

    private static string Crlf(string text) => text.ReplaceLineEndings("\r\n");

    private static ModelTurn Call(int number, string tool, JsonObject arguments) =>
        ModelTurn.Call($"call_{number}", tool, arguments.ToJsonString());

    /// <param name="Package">The package, as it is installed.</param>
    /// <param name="File">The file with the fault.</param>
    /// <param name="Searched">What the agent looks for first.</param>
    /// <param name="Right">What the package says.</param>
    /// <param name="Wrong">What is planted in its place.</param>
    /// <param name="Test">A test that finds it, and one that does not.</param>
    private sealed record Job(string Package, string File, string Searched, string Right, string Wrong, string Test);
}
