using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Session;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public sealed class TurnPermissionTests : IDisposable
{
    private readonly TempWorkspace _folder = new();
    private readonly MemoryJournal _journal = new();
    private readonly string _secret;

    public TurnPermissionTests()
    {
        _secret = Path.Combine(_folder.Outside, "secret");
        File.WriteAllText(_secret, "outer text");
        _folder.Write("a.txt", "inner text");
        _folder.Write(".env", "KEY=1");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Work_in_the_workspace_goes_on_without_questions()
    {
        Assert.Equal(["ok", "ok", "ok"], await Statuses(
            ("read", """{"path": "a.txt"}"""), ("write", """{"path": "b.txt", "content": "x"}"""), ("glob", """{"pattern": "*"}""")));
    }

    [Theory]
    [InlineData("read", """{"path": ".env"}""", "read:.env")]
    [InlineData("read", """{"path": "../outside/secret"}""", "external_read:{outside}/**")]
    [InlineData("write", """{"path": "../outside/new", "content": "x"}""", "external_directory:{outside}/**")]
    [InlineData("list", """{"path": ".."}""", "external_read:")]
    [InlineData("write", """{"path": ".koda/mcp.json", "content": "{}"}""", "external_directory:")]
    [InlineData("bash", """{"command": "ls"}""", "bash:ls *")]
    public async Task What_may_do_harm_is_asked_about(string tool, string arguments, string pattern)
    {
        var asked = Assert.IsType<AttemptOutcome.Suspended>(await Run((tool, arguments))).Approval;
        Assert.Contains(pattern.Replace("{outside}", _folder.Outside), asked.AlwaysPattern);
        Assert.DoesNotContain("outer text", asked.Preview);
    }

    [Fact]
    public async Task An_answer_opens_the_path_outside_and_no_other()
    {
        var call = ("read", $$"""{"path": "{{_secret}}"}""");
        await Answer("approved", "once", call);

        Assert.Equal(["ok"], await Statuses(call));
        Assert.Contains("outer text", Results().Last());
        Assert.IsType<AttemptOutcome.Suspended>(await Run(call, ("read", $$"""{"path": "{{_folder.Outside}}/other"}""")));
    }

    [Fact]
    public async Task An_answer_for_always_reaches_what_is_like_the_call()
    {
        var first = ("read", $$"""{"path": "{{_secret}}"}""");
        await Answer("approved", "always", first);
        Directory.CreateDirectory(Path.Combine(_folder.Outside, "deeper"));
        File.WriteAllText(Path.Combine(_folder.Outside, "deeper/file"), "deep");

        Assert.Equal(["ok", "ok"], await Statuses(first, ("read", $$"""{"path": "{{_folder.Outside}}/deeper/file"}""")));
        Assert.IsType<AttemptOutcome.Suspended>(await Run(first, ("read", """{"path": "/etc/hostname"}""")));
    }

    [Fact]
    public async Task An_always_for_a_command_does_not_reach_another_one()
    {
        var first = ("bash", """{"command": "git status"}""");
        await Answer("approved", "always", first);

        Assert.IsType<AttemptOutcome.Suspended>(await Run(first, ("bash", """{"command": "git push"}""")));
        Assert.IsType<AttemptOutcome.Suspended>(await Run(first, ("bash", """{"command": "git status; git push"}""")));
        Assert.IsType<AttemptOutcome.Completed>(await Run(first, ("bash", """{"command": "git status --short"}""")));
    }

    [Fact]
    public async Task A_denied_path_is_not_asked_about_again()
    {
        var first = ("list", $$"""{"path": "{{_folder.Outside}}"}""");
        await Answer("denied", "once", first);

        Assert.Equal(["denied", "denied"], await Statuses(first, ("list", $$"""{"path": "{{_folder.Outside}}"}""")));
        Assert.Equal("denied", (await Statuses(first, ("read", $$"""{"path": "{{_secret}}"}""")))[^1]);
    }

    [Fact]
    public async Task With_nobody_there_what_would_be_asked_is_denied_and_the_model_is_told_why()
    {
        var statuses = await Statuses(
            new Turn { Unattended = true },
            ("read", """{"path": ".env"}"""),
            ("read", """{"path": "a.txt"}"""));

        // Both only read, so either may end first.
        Assert.Equal(["denied", "ok"], statuses.Order());
        Assert.Contains(Results(), result => result.Contains("nobody is there to answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_rules_of_the_project_make_things_stricter_only()
    {
        _folder.Write(".koda/permissions.json", """{"write": {"*": "allow", "generated/**": "deny"}, "external_directory": "allow"}""");

        Assert.Equal(["denied", "ok"], await Statuses(
            ("write", """{"path": "generated/x", "content": "x"}"""), ("write", """{"path": "y", "content": "x"}""")));
        Assert.IsType<AttemptOutcome.Suspended>(await Run(("read", $$"""{"path": "{{_secret}}"}""")));
    }

    [Fact]
    public async Task Rules_that_cannot_be_read_ask_about_everything()
    {
        _folder.Write(".koda/permissions.json", "{not json");
        Assert.IsType<AttemptOutcome.Suspended>(await Run(("read", """{"path": "a.txt"}""")));
    }

    [Theory]
    [InlineData("/proc/self/environ")]
    [InlineData("/dev/mem")]
    [InlineData("/sys/kernel")]
    public async Task What_is_the_machines_own_is_never_opened(string path)
    {
        var open = new PermissionRule { Tool = "external_directory", Action = PermissionAction.Allow };
        Assert.Equal(["error"], await Statuses([open], new Turn(), ("read", $$"""{"path": "{{path}}"}""")));
    }

    [SandboxFact]
    public async Task In_a_sandbox_commands_run_without_questions_but_removal_and_paths_outside_are_asked_about()
    {
        _folder.Context = _folder.Context with { Sandbox = TestSandbox.Here };

        Assert.Equal(["ok"], await Statuses(("bash", """{"command": "cat a.txt | wc -l > $PWD/count"}""")));
        Assert.Contains(
            "rm:a.txt",
            Assert.IsType<AttemptOutcome.Suspended>(await Run(("bash", """{"command": "rm a.txt"}"""))).Approval.AlwaysPattern);
        Assert.Contains(
            "read:.env",
            Assert.IsType<AttemptOutcome.Suspended>(await Run(("bash", """{"command": "cat .env"}"""))).Approval.AlwaysPattern);
        var outside = ("bash", JsonSerializer.Serialize(new { command = $"cat {_secret}; echo new > {_folder.Outside}/new" }));
        await Answer("approved", "once", outside);
        Assert.Equal(["ok"], await Statuses(outside));
        Assert.Contains("outer text", Results().Last());
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(_folder.Outside, "new")));
    }

    private Task<AttemptOutcome> Run(params (string Tool, string Arguments)[] calls) => Run([], new Turn(), calls);

    private async Task<AttemptOutcome> Run(
        IEnumerable<PermissionRule> rules, Turn turn, params (string Tool, string Arguments)[] calls)
    {
        using var web = new HttpClient();
        var model = new ScriptedModel(
            ScriptedModel.Calls([.. calls.Select((call, n) => ($"c{n}", call.Tool, call.Arguments))]), ScriptedModel.Says("done"));
        var task = new AgentHarness(model, Toolbox.BuiltIn(web))
        {
            Journal = new MemoryJournal(_journal.Events),
            Folder = _folder,
            Rules = [.. rules],
            Turn = turn,
        };
        _last = task.Journal;
        return await task.Run();
    }

    private MemoryJournal? _last;

    private Task<IReadOnlyList<string>> Statuses(params (string Tool, string Arguments)[] calls) =>
        Statuses([], new Turn(), calls);

    private Task<IReadOnlyList<string>> Statuses(Turn turn, params (string Tool, string Arguments)[] calls) =>
        Statuses([], turn, calls);

    private async Task<IReadOnlyList<string>> Statuses(
        IEnumerable<PermissionRule> rules, Turn turn, params (string Tool, string Arguments)[] calls)
    {
        Assert.IsType<AttemptOutcome.Completed>(await Run(rules, turn, calls));
        return [.. _last!.Payloads("tool.finished").Select(call => call["status"]!.GetValue<string>())];
    }

    private IEnumerable<string> Results() => _last!.Payloads("tool.finished").Select(call => call["result"]!.GetValue<string>());

    // The question and its answer, as the engine writes them; every later attempt of this test starts from them.
    private async Task Answer(string decision, string scope, (string Tool, string Arguments) call)
    {
        var approval = Assert.IsType<AttemptOutcome.Suspended>(await Run(call)).Approval;
        _journal.Add("approval.requested", new JsonObject
        {
            ["approval_id"] = "apr_1",
            ["call_id"] = approval.CallId,
            ["tool"] = approval.Tool,
            ["arguments"] = JsonNode.Parse(approval.Arguments),
            ["digest"] = approval.Digest,
            ["always_pattern"] = approval.AlwaysPattern,
        });
        _journal.Add("approval.answered", new JsonObject
        {
            ["approval_id"] = "apr_1",
            ["call_id"] = approval.CallId,
            ["decision"] = decision,
            ["by"] = "ann",
            ["scope"] = scope,
        });
    }
}
