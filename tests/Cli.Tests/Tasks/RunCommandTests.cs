using System.Text.Json;

namespace Koda.Cli.Tests.Tasks;

[Collection(LocalKodaCollection.Name)]
public sealed class RunCommandTests(LocalKoda koda)
{
    private const string Says = """[{text: "All is well."}]""";

    private static string Writes(string path) =>
        $$$"""[{tool_calls: [{tool: write, arguments: {path: {{{path}}}, content: hello}}]}, {text: "Written."}]""";

    [Fact]
    public async Task A_first_task_needs_no_key_and_gives_a_report()
    {
        var run = await koda.Run("run", "--agent", "atlas", "Audit this server.");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.StartsWith("# Security audit", run.Out);
        Assert.Contains("server.js", run.Out);
        Assert.Contains("● audit", run.Error);
        Assert.Contains("completed in", run.Error);
    }

    [Fact]
    public async Task Events_come_as_JSON_lines_without_a_gap_and_the_task_last()
    {
        await koda.ApplyScript("says", Says);

        var run = await koda.Run("run", "--agent", "says", "--json", "?");

        var lines = run
            .Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        var seqs = lines.SkipLast(1).Select(line => line.GetProperty("seq").GetInt64()).ToList();
        Assert.Equal(Enumerable.Range(1, seqs.Count).Select(n => (long)n), seqs);
        Assert.Equal("completed", lines[^1].GetProperty("status").GetString());
        Assert.Contains("All is well.", lines[^1].GetProperty("output").GetString());
    }

    [Fact]
    public async Task Without_a_person_a_question_ends_the_watching_and_the_answer_lets_the_task_go_on()
    {
        await koda.ApplyScript("asks", Writes("note.txt"));

        var asked = await koda.Run("run", "--agent", "asks", "Leave a note.");
        Assert.Equal(ExitCode.WaitsForApproval, asked.ExitCode);
        var waiting = JsonDocument.Parse((await koda.Run("approve", "--list", "--json")).Out).RootElement.GetProperty("items")[0];
        Assert.Equal("write", waiting.GetProperty("tool").GetString());

        var answered = await koda.Run("approve", waiting.GetProperty("id").GetString()!);
        Assert.Equal(ExitCode.Ok, answered.ExitCode);
        var watched = await koda.Run("watch", waiting.GetProperty("task_id").GetString()!);

        Assert.Equal(ExitCode.Ok, watched.ExitCode);
        Assert.Equal("hello", File.ReadAllText(Path.Combine(koda.Workspace, "note.txt")));
        Assert.Contains("+hello", watched.Error);
    }

    [Fact]
    public async Task Approving_everything_needs_no_person()
    {
        await koda.ApplyScript("writes", Writes("other.txt"));

        Assert.Equal(ExitCode.Ok, (await koda.Run("run", "--agent", "writes", "--yes", "Leave a note.")).ExitCode);
    }

    [Fact]
    public async Task A_task_that_nobody_takes_says_why()
    {
        var file = Path.Combine(koda.Workspace, "lonely.yaml");
        await File.WriteAllTextAsync(file, "id: lonely\nprovider: {kind: offline}\nroute: {role: nobody}\n");
        Assert.Equal(ExitCode.Ok, (await koda.Run("agents", "apply", file)).ExitCode);
        using var said = new StringWriter();
        var terminal = CliRun.Terminal(TextWriter.Null, TextWriter.Synchronized(said));
        var running = KodaCommand.Run(["run", "--agent", "lonely", "--data", koda.Data, "?"], terminal);

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!said.ToString().Contains("role nobody", StringComparison.Ordinal)) await Task.Delay(20, patience.Token);

        Assert.Contains("No connected worker with role nobody has a free slot for this task.", said.ToString());
        await koda.Run("cancel", (await koda.Run("tasks", "--agent", "lonely", "-o", "name")).Out.Trim());
        Assert.Equal(ExitCode.Cancelled, await running.WaitAsync(patience.Token));
    }

    [Fact]
    public async Task A_cancelled_task_exits_with_4()
    {
        await koda.ApplyScript("slow", """[{delay_ms: 600000, text: "Never."}]""");
        var task = (await koda.Run("run", "--agent", "slow", "--detach", "?")).Out.Trim();

        var cancelled = await koda.Run("cancel", task, "--reason", "a test");

        Assert.Equal(ExitCode.Ok, cancelled.ExitCode);
        Assert.Equal(ExitCode.Cancelled, (await koda.Run("watch", task)).ExitCode);
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_same_task()
    {
        await koda.ApplyScript("says", Says);
        string[] submit = ["run", "--agent", "says", "--detach", "--idempotency-key", $"{Guid.NewGuid()}", "?"];

        Assert.Equal((await koda.Run(submit)).Out, (await koda.Run(submit)).Out);
    }

    [Fact]
    public async Task An_unknown_agent_is_named_with_a_way_to_find_others()
    {
        var run = await koda.Run("run", "--agent", "nobody", "--json", "?");

        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Equal("agent.not_found", JsonDocument.Parse(run.Error).RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task What_the_server_refuses_names_the_option_and_the_request_only_where_asked_for()
    {
        string[] wrong = ["run", "--agent", "atlas", "--priority", "1000", "--detach", "?"];

        var plain = await koda.Run(wrong);
        var verbose = await koda.Run([.. wrong, "--verbose"]);

        Assert.Equal(ExitCode.Usage, plain.ExitCode);
        Assert.StartsWith("error: --priority ", plain.Error);
        Assert.Contains("Try: koda run --help", plain.Error);
        Assert.DoesNotContain("request", plain.Error);
        Assert.Matches("request.invalid, request [0-9a-z-]+", verbose.Error);
    }

    [Fact]
    public async Task A_cancelled_task_is_listed_as_cancelled_and_not_among_those_that_failed()
    {
        await koda.ApplyScript("waits", """[{delay_ms: 600000, text: "Never."}]""");
        var task = (await koda.Run("run", "--agent", "waits", "--detach", "?")).Out.Trim();
        await koda.Run("cancel", task);
        Assert.Equal(ExitCode.Cancelled, (await koda.Run("watch", task)).ExitCode);

        Assert.Contains(task, (await koda.Run("tasks", "--status", "cancelled", "-o", "name")).Out);
        Assert.DoesNotContain(task, (await koda.Run("tasks", "--status", "failed", "-o", "name")).Out);
        Assert.Contains("cancelled", (await koda.Run("tasks", "--agent", "waits")).Out);
    }

    [Fact]
    public async Task Every_chain_verifies_and_every_step_is_in_the_trace()
    {
        await koda.ApplyScript("writes", Writes("other.txt"));
        var task = (await koda.Run("run", "--agent", "writes", "--yes", "--quiet", "--json", "?")).Out;
        var id = JsonDocument.Parse(task.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement.GetProperty("id").GetString()!;

        var verified = await koda.Run("verify", "--json");
        var stored = await koda.Run("verify", "--stored", "--json");
        var trace = JsonDocument.Parse((await koda.Run("trace", id, "--json")).Out).RootElement;

        Assert.True(verified.ExitCode == ExitCode.Ok, verified.Out + verified.Error);
        Assert.True(stored.ExitCode == ExitCode.Ok, stored.Out + stored.Error);
        Assert.Equal(Chains(stored.Out), Chains(verified.Out));
        var kinds = trace.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("kind").GetString()).ToList();
        Assert.Contains("provider_call", kinds);
        Assert.Contains("tool_call", kinds);
    }
    private static long Chains(string report) => JsonDocument.Parse(report).RootElement.GetProperty("chains").GetInt64();
}
