using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Loop;

/// <summary>A workspace that is a home directory: Koda's own files and credentials lie in it.</summary>
public sealed class PrivateFileTests : IDisposable
{
    private const string Token = "operator-secret-12345";
    private const string Key = "private-key-67890";

    private static readonly PermissionRule s_everything = new() { Tool = "*", Action = PermissionAction.Allow };
    private static readonly PermissionRule s_outside = new() { Tool = "external_directory", Action = PermissionAction.Allow };

    private readonly TempWorkspace _home = new();

    public PrivateFileTests()
    {
        _home.Write(".koda/operator.token", Token);
        _home.Write(".koda/postgres/base/1", Token);
        _home.Write(".koda/permissions.json", "{not json");
        _home.Write(".ssh/id_ed25519", Key);
        _home.Write(".netrc", $"machine example password {Key}");
        _home.Write(".docker/config.json", Key);
        _home.Write("project/a.txt", "operator-secret and private-key are words here");
        File.CreateSymbolicLink(Path.Combine(_home.Root, "project/innocent"), "../.koda/operator.token");
        Directory.CreateSymbolicLink(Path.Combine(_home.Root, "project/folder"), "../.koda");
        Link(".koda/operator.token", "project/hard");
        Link(".ssh/id_ed25519", "project/hard-key");
        _home.Context = _home.Context with
        {
            Workspace = Workspace.Open(_home.Root, [], new PrivatePaths([$"{_home.Root}/.koda"], [_home.Root])),
        };
    }

    public void Dispose() => _home.Dispose();

    public static TheoryData<string, string> Openings => new()
    {
        { "read", """{"path": ".koda/operator.token"}""" },
        { "read", """{"path": "project/innocent"}""" },
        { "read", """{"path": "project/folder/operator.token"}""" },
        { "read", """{"path": "project/hard"}""" },
        { "list", """{"path": ".koda"}""" },
        { "list", """{"path": "project/folder"}""" },
        { "glob", """{"path": ".koda", "pattern": "**"}""" },
        { "grep", """{"path": ".koda", "pattern": "secret"}""" },
        { "grep", """{"path": "project/hard", "pattern": "secret"}""" },
        { "search", """{"path": ".koda/postgres", "query": "secret"}""" },
        { "write", """{"path": ".koda/operator.token", "content": "mine"}""" },
        { "write", """{"path": ".koda/mcp.json", "content": "mine"}""" },
        { "write", """{"path": "project/hard", "content": "mine"}""" },
        { "edit", """{"path": "project/innocent", "old_text": "operator", "new_text": "mine"}""" },
        { "patch", """{"edits": [{"path": ".koda/operator.token", "old_text": "operator", "new_text": "mine"}]}""" },
        { "bash", """{"command": "cat .koda/operator.token"}""" },
        { "bash", """{"command": "cp -r project/folder here"}""" },
        { "bash", """{"command": "echo mine > .koda/operator.token"}""" },
        { "bash", """{"command": "cat project/hard"}""" },
        { "lsp", """{"paths": [".koda"]}""" },
    };

    [Theory]
    [MemberData(nameof(Openings))]
    public async Task Whatever_is_allowed_no_tool_opens_Kodas_own(string tool, string arguments)
    {
        foreach (var turn in new[] { null, new Turn() })
            Assert.Equal("error", (
                    await Results(
                        turn,
                        [
                            s_everything,
                            s_outside,
                            new PermissionRule { Tool = tool, Pattern = "**/.koda/**", Action = PermissionAction.Allow },
                        ],
                        (tool, arguments))).Single().Status);
        Assert.Equal(Token, _home.Read(".koda/operator.token"));
        Assert.False(File.Exists(Path.Combine(_home.Root, ".koda/mcp.json")));
    }

    [Theory]
    [InlineData("list", "{}")]
    [InlineData("glob", """{"pattern": "**/*"}""")]
    [InlineData("glob", """{"pattern": ".koda/**"}""")]
    [InlineData("grep", """{"pattern": "secret-1|key-6|operator"}""")]
    [InlineData("grep", """{"pattern": "secret-1|key-6|operator", "glob": "{.koda,.ssh}/**"}""")]
    [InlineData("grep", """{"pattern": "secret-1|key-6", "path": "project"}""")]
    [InlineData("search", """{"query": "operator secret private key"}""")]
    public async Task No_search_shows_what_is_private(string tool, string arguments)
    {
        var text = (await Results(null, [s_everything], (tool, arguments))).Single().Text;

        Assert.DoesNotContain("operator.token", text);
        Assert.DoesNotContain(".koda/", text);
        Assert.DoesNotContain("id_ed25519", text);
        Assert.DoesNotContain(Token, text);
        Assert.DoesNotContain(Key, text);
    }

    [Theory]
    [InlineData(".koda/operator.token")]
    [InlineData("project/innocent")]
    [InlineData("project/hard")]
    [InlineData(".netrc")]
    [InlineData(".ssh/id_ed25519")]
    public async Task No_attachment_brings_them_into_a_prompt(string path)
    {
        var message = await AttachedFiles.Read(_home.Context.Workspace, [new SentAttachment(path, "text/plain")], default);
        Assert.Contains("cannot be read", Assert.IsType<TextBlock>(message!.Content.Single()).Text);
    }

    [Theory]
    [InlineData("read", """{"path": ".ssh/id_ed25519"}""", "read:.ssh/**")]
    [InlineData("read", """{"path": ".netrc"}""", "read:.netrc")]
    [InlineData("read", """{"path": "project/hard-key"}""", "read:.ssh/**")]
    [InlineData("list", """{"path": ".ssh"}""", "list:.ssh/**")]
    [InlineData("grep", """{"path": ".ssh", "pattern": "x"}""", "grep:.ssh/**")]
    [InlineData("write", """{"path": ".ssh/authorized_keys", "content": "mine"}""", "write:.ssh/**")]
    [InlineData("edit", """{"path": ".netrc", "old_text": "machine", "new_text": "x"}""", "edit:.netrc")]
    [InlineData("bash", """{"command": "cat .ssh/id_ed25519 | base64"}""", "read:.ssh/**")]
    [InlineData("bash", """{"command": "tar c .ssh"}""", "write:.ssh/**")]
    [InlineData("bash", """{"command": "echo mine >> .ssh/authorized_keys"}""", "write:.ssh/**")]
    public async Task Credentials_are_asked_about_whatever_is_allowed_in_general(string tool, string arguments, string pattern)
    {
        foreach (var turn in new[] { null, new Turn() })
        {
            var asked = Assert
                .IsType<AttemptOutcome.Suspended>(
                    await Run(
                        turn, [s_everything, s_outside, Rule(tool, "**"), Rule("read", "**/*"), Rule("write", "*")], (tool, arguments)))
                .Approval;
            Assert.DoesNotContain(Key, asked.Preview);
            if (turn is not null)
                Assert.Contains(pattern, asked.AlwaysPattern.Split('\n'));
        }
        Assert.Equal(
            "denied", (await Results(new Turn { Unattended = true }, [s_everything, s_outside], (tool, arguments))).Single().Status);
        Assert.False(File.Exists(Path.Combine(_home.Root, ".ssh/authorized_keys")));
    }

    [Theory]
    [InlineData(".ssh/**")]
    [InlineData("**/.ssh/*")]
    [InlineData("{home}/.ssh/id_ed25519")]
    public async Task A_rule_that_names_a_credential_allows_it(string pattern)
    {
        foreach (var turn in new[] { null, new Turn() })
        {
            var result = (
                await Results(turn, [Rule("read", pattern.Replace("{home}", _home.Root))], ("read", """{"path": ".ssh/id_ed25519"}"""))
            ).Single();
            Assert.Contains(Key, result.Text);
        }
    }

    [SandboxTheory]
    [InlineData("cat .k*/operator.token .s*/id* .n*rc .d*/c*; true")]
    [InlineData("grep -r . . ; find . -type f -size -9 -exec cat {} + ; true")]
    [InlineData(
        "cd project && cat ../.k?da/o* ; python3 -c \"import os; [print(open(os.path.join(d, f)).read()) for d, _, fs in os.walk('..') for f in fs if 'hard' not in f]\""
    )]
    public async Task A_sandbox_shows_none_of_them(string command)
    {
        File.Delete(Path.Combine(_home.Root, "project/hard"));
        File.Delete(Path.Combine(_home.Root, "project/hard-key"));
        _home.Context = _home.Context with { Sandbox = TestSandbox.Here };

        var result = await _home.Run(new BashTool(), new JsonObject { ["command"] = command }.ToJsonString());

        Assert.DoesNotContain(Token, result.Text);
        Assert.DoesNotContain(Key, result.Text);
    }

    private static PermissionRule Rule(string tool, string pattern) =>
        new()
        {
            Tool = tool,
            Pattern = pattern,
            Action = PermissionAction.Allow,
        };

    private void Link(string from, string to)
    {
        using var process = System.Diagnostics.Process.Start("ln", [Path.Combine(_home.Root, from), Path.Combine(_home.Root, to)]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private async Task<AttemptOutcome> Run(Turn? turn, IEnumerable<PermissionRule> rules, (string Tool, string Arguments) call)
    {
        using var web = new HttpClient();
        var model = new ScriptedModel(ScriptedModel.Calls([("c0", call.Tool, call.Arguments)]), ScriptedModel.Says("done"));
        var task = new AgentHarness(model, Toolbox.BuiltIn(web)) { Folder = _home, Rules = [.. rules], Turn = turn };
        _journal = task.Journal;
        return await task.Run();
    }

    private MemoryJournal _journal = new();

    private async Task<IReadOnlyList<(string Status, string Text)>> Results(
        Turn? turn, IEnumerable<PermissionRule> rules, (string Tool, string Arguments) call)
    {
        Assert.IsType<AttemptOutcome.Completed>(await Run(turn, rules, call));
        return
        [
            .. _journal
                .Payloads("tool.finished")
                .Select(result => (result["status"]!.GetValue<string>(), result["result"]!.GetValue<string>())),
        ];
    }
}
