using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Session;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Loop;

/// <summary>What a command may touch is permitted by a rule or a person before it runs, in a task as in a conversation.</summary>
public sealed class CommandPermissionTests : IDisposable
{
    private static readonly PermissionRule[] s_allowed = [Rule("bash", ""), Rule("write", "")];

    private readonly TempWorkspace _folder = new();
    private readonly MemoryJournal _journal = new();
    private readonly string _secret;
    private MemoryJournal _last = new();

    public CommandPermissionTests()
    {
        _secret = Path.Combine(_folder.Outside, "secret");
        File.WriteAllText(_secret, "outer text");
        _folder.Write("a.txt", "inner text");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Root, "link"), _folder.Outside);
        _folder.Context = _folder.Context with { Sandbox = TestSandbox.Here };
    }

    private string Outside => _folder.Outside;

    public void Dispose() => _folder.Dispose();

    [SandboxTheory]
    [InlineData("cat {outside}/secret")]
    [InlineData("cat a.txt {outside}/secret")]
    [InlineData("echo key >> {outside}/secret")]
    [InlineData("true > ../outside/new")]
    [InlineData("cat < ../outside/secret")]
    [InlineData("cat link/secret")]
    [InlineData("tee link/new < a.txt")]
    [InlineData("cd ..; cat outside/secret")]
    [InlineData("git -C ../outside status")]
    [InlineData("tar -cf x.tar --directory=../outside .")]
    [InlineData("find ../outside -type f -exec cat {} +")]
    [InlineData("cat <(cat ../outside/secret)")]
    [InlineData("bash -c 'cat ../outside/secret'")]
    [InlineData("cat */secret")]
    public async Task In_a_task_a_command_asks_before_it_leaves_the_workspace(string command)
    {
        var asked = Assert.IsType<AttemptOutcome.Suspended>(await Run(s_allowed, null, Bash(command))).Approval;
        Assert.Contains($"Leaves the workspace: {Outside}", asked.Preview);
        Assert.Equal("outer text", await File.ReadAllTextAsync(_secret));
        Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(Outside).Select(Path.GetFileName));
    }

    [SandboxTheory]
    [InlineData("cat {..,link}/outside/secret")]
    [InlineData("x=../outside; cat $x/secret; echo x > $x/new")]
    [InlineData("HOME={outside} bash -c 'cat ~/secret; echo x > ~/new'")]
    [InlineData("cat $(echo {outside}/secret)")]
    [InlineData("f() { cat ../outside/secret; }; f")]
    [InlineData("printf '%s/secret' {outside} | xargs cat")]
    [InlineData("cat {outside}/sec\\\nret 2>/dev/null; cd \"$PWD/..\" && cat outside/secret")]
    public async Task What_cannot_be_known_of_a_command_is_not_there_when_it_runs(string command)
    {
        var outcome = await Run(s_allowed, null, Bash(command));
        Assert.True(
            outcome is AttemptOutcome.Suspended || !Results().Single().Contains("outer text", StringComparison.Ordinal),
            string.Join('\n', Results()));
        Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(Outside).Select(Path.GetFileName));
    }

    [SandboxFact]
    public async Task In_the_background_a_command_asks_just_as_well()
    {
        var call = ("bash", JsonSerializer.Serialize(new { command = $"cat {_secret}", background = true }));
        Assert.IsType<AttemptOutcome.Suspended>(await Run(s_allowed, null, call));
    }

    [SandboxFact]
    public async Task A_rule_that_lets_read_binds_the_path_for_reading_only()
    {
        PermissionRule[] rules = [.. s_allowed, Rule("external_read", $"{Outside}/**")];

        Assert.IsType<AttemptOutcome.Completed>(
            await Run(rules, null, Bash($"cat {_secret}; x={Outside}; echo more >> $x/secret; echo new > $x/new")));
        Assert.Contains("outer text", Results().Single());
        Assert.Equal("outer text", await File.ReadAllTextAsync(_secret));
        Assert.False(File.Exists($"{Outside}/new"));
        Assert.IsType<AttemptOutcome.Suspended>(await Run(rules, null, Bash($"echo more >> {_secret}")));
    }

    [SandboxFact]
    public async Task A_rule_that_lets_leave_lets_change_what_a_command_names_for_that()
    {
        PermissionRule[] rules = [.. s_allowed, Rule("external_directory", $"{Outside}/**")];

        Assert.IsType<AttemptOutcome.Completed>(await Run(rules, null, Bash($"echo more >> {_secret}")));
        Assert.Equal("outer textmore\n", await File.ReadAllTextAsync(_secret));
    }

    [SandboxFact]
    public async Task An_answer_for_always_to_a_read_reaches_no_write()
    {
        var read = Bash($"cat {_secret}");
        Assert.Contains("external_read:", (await Answer([], new Turn(), "always", read)).AlwaysPattern);

        Assert.IsType<AttemptOutcome.Completed>(await Run([], new Turn(), read, Bash($"head -n 1 {_secret}")));
        Assert.IsType<AttemptOutcome.Suspended>(await Run([], new Turn(), read, Bash($"echo x >> {_secret}")));
        Assert.IsType<AttemptOutcome.Suspended>(
            await Run([], new Turn(), read, ("write", JsonSerializer.Serialize(new { path = _secret, content = "x" }))));
    }

    [SandboxFact]
    public async Task An_answer_for_always_to_a_tool_of_a_task_reaches_no_path_outside_and_no_redirect()
    {
        var first = Bash("ls");
        Assert.Equal("", (await Answer([], null, "always", first)).AlwaysPattern);

        Assert.IsType<AttemptOutcome.Completed>(await Run([], null, first, Bash("ls -l; cat a.txt | wc -l")));
        Assert.IsType<AttemptOutcome.Suspended>(await Run([], null, first, Bash($"cat {_secret}")));
        Assert.Equal(
            "write:out.txt",
            Assert.IsType<AttemptOutcome.Suspended>(await Run([], null, first, Bash("ls > out.txt"))).Approval.AlwaysPattern);
    }

    [SandboxFact]
    public async Task An_answer_for_always_in_a_task_reaches_the_tool_and_what_else_was_named()
    {
        var first = Bash("ls > out.txt");
        Assert.Equal("bash:\nwrite:out.txt", (await Answer([], null, "always", first)).AlwaysPattern);

        Assert.IsType<AttemptOutcome.Completed>(await Run([], null, first, Bash("cat a.txt > out.txt")));
        Assert.IsType<AttemptOutcome.Suspended>(await Run([], null, first, Bash("ls > other.txt")));
    }

    [SandboxFact]
    public async Task An_answer_reaches_the_paths_that_were_shown_also_when_a_link_was_moved_since()
    {
        var call = Bash("cat link/secret");
        Assert.Contains($"Leaves the workspace: {_secret} (reads it)", (await Answer(s_allowed, null, "once", call)).Preview);
        var other = Directory.CreateTempSubdirectory("koda-other-");
        try
        {
            File.WriteAllText($"{other.FullName}/secret", "another text");
            Directory.Delete($"{_folder.Root}/link");
            Directory.CreateSymbolicLink($"{_folder.Root}/link", other.FullName);

            var asked = Assert.IsType<AttemptOutcome.Suspended>(await Run(s_allowed, null, call)).Approval;
            Assert.Contains($"Leaves the workspace: {other.FullName}/secret (reads it)", asked.Preview);
        }
        finally
        {
            other.Delete(recursive: true);
        }
    }

    [SandboxFact]
    public async Task An_approved_command_reaches_its_path_in_a_task()
    {
        var call = Bash($"cat {_secret}");
        await Answer(s_allowed, null, "once", call);

        Assert.IsType<AttemptOutcome.Completed>(await Run(s_allowed, null, call));
        Assert.Contains("outer text", Results().Single());
    }

    [SandboxFact]
    public async Task With_nobody_there_it_is_denied_with_the_path_as_the_reason()
    {
        Assert.IsType<AttemptOutcome.Completed>(await Run([], new Turn { Unattended = true }, Bash($"cat {_secret}")));
        Assert.Contains($"'{_secret}' is outside of the workspace", Results().Single());
        Assert.Contains("nobody is there to answer", Results().Single());
        Assert.Equal(_secret, Assert.Single(_last.Payloads("security.path_refused"))["path"]!.GetValue<string>());
    }

    [SandboxFact]
    public async Task Whoever_calls_an_agent_is_asked_where_it_would_be_asked_itself()
    {
        using var web = new HttpClient();
        var model = new ScriptedModel(ScriptedModel.Calls(("c0", "bash", Bash($"cat {_secret}").Arguments)), ScriptedModel.Says("done"));
        using var task = new AgentHarness(model, Toolbox.BuiltIn(web))
        {
            Folder = _folder,
            Turn = new Turn(),
            Rules = [Rule("external_directory", "")],
            Ceiling = [new PermissionRule { Tool = "external_directory", Action = PermissionAction.Ask }],
        };
        Assert.IsType<AttemptOutcome.Suspended>(await task.Run());
    }

    [SandboxFact]
    public async Task Rules_that_an_agent_writes_into_its_workspace_allow_it_nothing()
    {
        var write = Bash(
            "mkdir -p .koda; echo '{\"*\": \"allow\", \"external_directory\": \"allow\", \"external_read\": \"allow\", \"bash\": \"allow\"}' > .koda/permissions.json"
        );
        Assert.IsType<AttemptOutcome.Suspended>(await Run(s_allowed, new Turn(), write));
        _folder.Write(".koda/permissions.json", """{"*": "allow", "external_directory": "allow", "external_read": "allow"}""");
        Assert.IsType<AttemptOutcome.Suspended>(await Run(s_allowed, new Turn(), Bash($"cat {_secret}")));
        Assert.IsType<AttemptOutcome.Suspended>(await Run(s_allowed, null, Bash($"cat {_secret}")));
    }

    [Fact]
    public async Task Without_a_sandbox_a_task_asks_for_each_command_whatever_is_allowed()
    {
        WithoutSandbox();
        var first = Bash("ls");
        var asked = await Answer(s_allowed, null, "always", first);
        Assert.Contains("Runs without a sandbox: A test without one.", asked.Preview);

        Assert.IsType<AttemptOutcome.Suspended>(await Run(s_allowed, null, first, Bash("ls -l")));
        Assert.IsType<AttemptOutcome.Suspended>(await Run([Rule("*", "")], null, ("lsp", "{}")));
        Assert.IsType<AttemptOutcome.Completed>(
            await Run([new PermissionRule { Tool = "bash", Action = PermissionAction.Deny }], null, Bash("ls")));
        Assert.Contains("forbid", Results().Single());
    }

    [Fact]
    public async Task Without_a_sandbox_a_worker_that_was_started_so_runs_by_the_rules_alone()
    {
        WithoutSandbox();
        _accepted = true;

        Assert.IsType<AttemptOutcome.Completed>(await Run(s_allowed, null, Bash("ls; python3 -c 1 || true")));
        Assert.IsType<AttemptOutcome.Suspended>(await Run(s_allowed, null, Bash($"cat {_secret}")));
        Assert.Contains(
            "(--unconfined-commands)", Assert.IsType<AttemptOutcome.Suspended>(await Run([], null, Bash("ls"))).Approval.Preview);
    }

    private bool _accepted;

    private void WithoutSandbox() => _folder.Context = _folder.Context with { Sandbox = Sandbox.Off("A test without one.") };

    private (string Tool, string Arguments) Bash(string command) =>
        ("bash", JsonSerializer.Serialize(new { command = command.Replace("{outside}", Outside, StringComparison.Ordinal) }));

    private async Task<AttemptOutcome> Run(
        IEnumerable<PermissionRule> rules, Turn? turn, params (string Tool, string Arguments)[] calls)
    {
        using var web = new HttpClient();
        var model = new ScriptedModel(
            ScriptedModel.Calls([.. calls.Select((call, n) => ($"c{n}", call.Tool, call.Arguments))]), ScriptedModel.Says("done"));
        _last = new MemoryJournal(_journal.Events);
        var task = new AgentHarness(model, Toolbox.BuiltIn(web))
        {
            Journal = _last,
            Folder = _folder,
            Rules = [.. rules],
            Turn = turn,
            UnconfinedCommands = _accepted,
        };
        return await task.Run();
    }

    private IEnumerable<string> Results() => _last.Payloads("tool.finished").Select(call => call["result"]!.GetValue<string>());

    // The question and its answer, as the engine writes them; every later attempt of this test starts from them.
    private async Task<ApprovalRequest> Answer(
        IEnumerable<PermissionRule> rules, Turn? turn, string scope, (string Tool, string Arguments) call)
    {
        var approval = Assert.IsType<AttemptOutcome.Suspended>(await Run(rules, turn, call)).Approval;
        _journal.Add("approval.requested", new JsonObject
        {
            ["approval_id"] = "apr_1",
            ["call_id"] = approval.CallId,
            ["tool"] = approval.Tool,
            ["arguments"] = JsonNode.Parse(approval.Arguments),
            ["digest"] = approval.Digest,
            ["preview"] = approval.Preview,
            ["always_pattern"] = approval.AlwaysPattern.Length > 0 ? approval.AlwaysPattern : null,
        });
        _journal.Add("approval.answered", new JsonObject
        {
            ["approval_id"] = "apr_1",
            ["call_id"] = approval.CallId,
            ["decision"] = "approved",
            ["by"] = "ann",
            ["scope"] = scope,
        });
        return approval;
    }

    private static PermissionRule Rule(string tool, string pattern) =>
        new()
        {
            Tool = tool,
            Pattern = pattern,
            Action = PermissionAction.Allow,
        };
}
