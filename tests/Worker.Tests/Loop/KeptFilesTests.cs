using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Tests.Snapshots;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Loop;

/// <summary>What the rules do not let an agent read is shown by no tool and no command, whatever its path looks like.</summary>
[SupportedOSPlatform("linux")]
public sealed class KeptFilesTests : IDisposable
{
    private const string Canary = "CANARY-4711";

    private static readonly ITool[] s_tools =
    [
        new ReadTool(),
        new GrepTool(),
        new SearchTool(),
        new GlobTool(),
        new EditTool(),
        new PatchTool(),
        new WriteTool(),
        new GitTool(),
        new BashTool(),
    ];

    private readonly TempWorkspace _folder = new();

    public KeptFilesTests()
    {
        _folder.Write("vault/deep/key.txt", $"{Canary}\n");
        _folder.Write("vault:old/a.key", $"{Canary}\n");
        _folder.Write("a:1:b.key", $"{Canary}\n");
        _folder.Write("open.txt", "nothing to hide, no canary\n");
        _folder.Write("src/main.c", "int main;\n");
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Walking =>
        [
            "cat vault/deep/key.txt",
            "grep -r CANARY .",
            "grep -rh CANARY",
            "cp -r vault copy; cat copy/deep/key.txt",
            "cp -r . ../copy; cat ../copy/vault/deep/key.txt",
            "tar cf - . | strings",
            "tar c vault | cat",
            "find . -type f -exec cat {} +",
            "find . -type f | xargs cat",
            "cat $(find . -name '*.key')",
            "cd vault && cat */*",
            "cat v*/*/*",
            "cat ./*.key",
            "for f in *.key; do cat \"$f\"; done",
            "mv vault moved; cat moved/deep/key.txt",
            "ln vault/deep/key.txt link; cat link",
            "diff -r vault src",
            "zip -r - . | strings",
            "dd if=a:1:b.key",
            "cat < a:1:b.key",
        ];

    [SandboxTheory]
    [MemberData(nameof(Walking))]
    public async Task A_command_in_a_sandbox_does_not_see_them(string command)
    {
        _folder.Context = _folder.Context with { Sandbox = TestSandbox.Here };
        Assert.DoesNotContain(Canary, await Run("bash", new { command }));
        Assert.Equal(($"{Canary}\n", $"{Canary}\n"), (_folder.Read("vault/deep/key.txt"), _folder.Read("a:1:b.key")));
    }

    [Theory]
    [MemberData(nameof(Walking))]
    public async Task Without_a_sandbox_a_command_that_may_come_to_them_is_denied(string command) =>
        Assert.DoesNotContain(Canary, await Run("bash", new { command }));

    [Theory]
    [InlineData("cat open.txt", "nothing to hide")]
    [InlineData("ls", "open.txt")]
    [InlineData("grep -r main src", "int main")]
    [InlineData("cp -r src copy && cat copy/main.c", "int main")]
    [InlineData("find src -name '*.c' | head", "main.c")]
    [InlineData("echo found", "found")]
    public async Task What_does_not_come_to_them_runs_with_and_without_a_sandbox(string command, string said)
    {
        Assert.Contains(said, await Run("bash", new { command }));
        if (TestSandbox.Why is null)
        {
            _folder.Context = _folder.Context with { Sandbox = TestSandbox.Here };
            Assert.Contains(said, await Run("bash", new { command }));
        }
    }

    [SandboxFact]
    public async Task In_a_sandbox_a_program_sees_the_rest()
    {
        _folder.Context = _folder.Context with { Sandbox = TestSandbox.Here };
        Assert.Contains("./open.txt:nothing", await Run("bash", new { command = "grep -r canary ." }));
    }

    [SandboxFact]
    public async Task What_was_allowed_by_name_is_there()
    {
        _folder.Context = _folder.Context with { Sandbox = TestSandbox.Here };
        var allowed = new PermissionRule { Tool = "read", Pattern = "vault/deep/key.txt", Action = PermissionAction.Allow };
        Assert.Contains(Canary, await Run("bash", new { command = "cat vault/deep/key.txt" }, allowed));
    }

    [Theory]
    [InlineData("read", """{"path": "vault:old/a.key"}""")]
    [InlineData("read", """{"path": "./vault//deep/../deep/key.txt"}""")]
    [InlineData("grep", """{"pattern": "CANARY"}""")]
    [InlineData("grep", """{"pattern": "CANARY", "path": "vault"}""")]
    [InlineData("grep", """{"pattern": "CANARY", "path": "a:1:b.key"}""")]
    [InlineData("search", """{"query": "canary 4711"}""")]
    [InlineData("edit", """{"path": "vault/deep/key.txt", "old_text": "CANARY-4711", "new_text": "x"}""")]
    [InlineData("patch", """{"edits": [{"path": "a:1:b.key", "old_text": "CANARY-4711", "new_text": "x"}]}""")]
    public async Task No_tool_shows_them(string tool, string arguments)
    {
        var text = await Run(tool, JsonNode.Parse(arguments)!);
        Assert.DoesNotContain(Canary, text);
        Assert.DoesNotContain("Edited", text);
        Assert.DoesNotContain("Changed", text);
    }

    [Fact]
    public async Task Their_names_are_not_found_either() =>
        Assert.Equal("open.txt\nsrc/main.c", await Run("glob", new { pattern = "**/*" }));

    [Theory]
    [InlineData("log", "-p")]
    [InlineData("log", "-p", "--oneline")]
    [InlineData("log", "--format=%B", "-p", "--all")]
    [InlineData("log", "-L1,1:vault/deep/key.txt")]
    [InlineData("show", "HEAD")]
    [InlineData("show", "HEAD:vault/deep/key.txt")]
    [InlineData("show", "HEAD:./vault/deep/key.txt")]
    [InlineData("show", ":vault/deep/key.txt")]
    [InlineData("show", ":0:a:1:b.key")]
    [InlineData("show", "BLOB")]
    [InlineData("show", "marked")]
    [InlineData("diff", "HEAD~1", "HEAD")]
    [InlineData("diff", "HEAD~1", "HEAD", "-M", "-U0")]
    [InlineData("diff", "HEAD~1", "HEAD", "--word-diff")]
    [InlineData("diff", "HEAD~1:vault/deep/key.txt", "HEAD:open.txt")]
    [InlineData("diff", "BLOB", "HEAD:open.txt")]
    [InlineData("diff")]
    [InlineData("blame", "vault/deep/key.txt")]
    [InlineData("blame", "HEAD", "--", "a:1:b.key")]
    public async Task Git_shows_none_of_their_content(params string[] args)
    {
        foreach (var line in new[] { "init -q", "add -A", "-c user.name=A -c user.email=a@example.org commit -qm one" })
            SnapshotFolder.GitIn(_folder.Root, line.Split(' '));
        _folder.Write("vault/deep/key.txt", $"more {Canary}\n");
        _folder.Write("open.txt", "still nothing\n");
        File.Move($"{_folder.Root}/a:1:b.key", $"{_folder.Root}/moved.txt");
        SnapshotFolder.GitIn(_folder.Root, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qam", "two");
        SnapshotFolder.GitIn(
            _folder.Root,
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.org",
            "tag",
            "-a",
            "-m",
            "x",
            "marked",
            "HEAD:vault/deep/key.txt");
        _folder.Write("vault/deep/key.txt", $"again {Canary}\n");
        var blob = SnapshotFolder.GitIn(_folder.Root, "rev-parse", "HEAD:vault/deep/key.txt").Trim();

        var text = await Run("git", new { args = args.Select(argument => argument.Replace("BLOB", blob)) });

        Assert.DoesNotContain(Canary, text);
        if (args is ["show", "HEAD"] or ["log", "-p", ..] or ["diff", "HEAD~1", "HEAD"])
            Assert.Contains("still nothing", text);
    }

    [Fact]
    public async Task No_attachment_brings_what_is_forbidden_into_a_prompt()
    {
        var workspace = _folder.Context.Workspace.Forbidding(path => path.StartsWith("vault/"));
        var message = await AttachedFiles.Read(
            workspace, [new SentAttachment("vault/deep/key.txt", "text/plain"), new SentAttachment("open.txt", "text/plain")], default);
        Assert.DoesNotContain(Canary, message!.Text);
        Assert.Contains("nothing to hide", message.Text);
    }

    [Theory]
    [InlineData("ROOT/vault/**")]
    [InlineData("./vault/**")]
    [InlineData("vault/")]
    [InlineData("vault//**")]
    [InlineData("shortcut/**")]
    [InlineData("vault/deep/../**")]
    public async Task A_rule_means_files_however_it_spells_them(string pattern)
    {
        Directory.CreateSymbolicLink($"{_folder.Root}/shortcut", "vault");
        foreach (var path in new[] { "vault/deep/key.txt", "shortcut/deep/key.txt" })
            Assert.DoesNotContain(
                Canary,
                await Run(
                    "read",
                    new { path },
                    new PermissionRule { Tool = "read", Pattern = pattern.Replace("ROOT", _folder.Root), Action = PermissionAction.Deny },
                    instead: true));
    }

    private async Task<string> Run(string tool, object arguments, PermissionRule? last = null, bool instead = false)
    {
        var attempt = new AgentHarness(
            new ScriptedModel(ScriptedModel.Calls(("c", tool, JsonSerializer.Serialize(arguments))), ScriptedModel.Says("done")), s_tools)
        {
            Folder = _folder,
            UnconfinedCommands = true,
            Rules =
            [
                .. new[] { "bash", "edit", "patch", "write", "rm", Demand.ExternalDirectory }.Select(each => new PermissionRule
                {
                    Tool = each,
                    Pattern = "*",
                    Action = PermissionAction.Allow,
                }),
                .. instead
                    ? []
                    : new[] { "vault/**", "*.key" }.Select(pattern => new PermissionRule
                    {
                        Tool = "read",
                        Pattern = pattern,
                        Action = PermissionAction.Deny,
                    }),
                .. last is null ? [] : new[] { last },
            ],
        };
        await attempt.Run();
        attempt.Stop.Dispose();
        return attempt.Journal.Payloads("tool.finished").Single()["result"]!.GetValue<string>();
    }
}
