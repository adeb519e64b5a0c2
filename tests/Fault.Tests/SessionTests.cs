using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Koda.Protos.ControlPlane.V1;
using Koda.Testing;

namespace Koda.Fault.Tests;

/// <summary>Coding sessions while their server and their worker are killed.</summary>
[Collection(ClusterTests.Name)]
public sealed class SessionTests(Cluster cluster)
{
    private const int Files = 3000;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_turn_whose_server_and_worker_die_goes_on_and_its_stream_with_it()
    {
        await cluster.AllRun();
        await using var model = await ScriptedModel.Start(step => step == 1
            ? new ScriptedAnswer("This takes a command.", "echo done > done")
            : new ScriptedAnswer("It is done now.", Command: null));
        var middle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        model.InTheMiddle = (step, gone) => step == 2 && middle.TrySetResult() ? Task.Delay(Timeout.Infinite, gone) : Task.CompletedTask;
        await AgentOf.Define(cluster.ClientOfA, "session-turn", model);
        using var worker = cluster.StartWorker("session-turn-1", cluster.A.Url);
        var session = await Create("session-turn");
        await Post(cluster.A, $"/sessions/{session}/messages", new { content = "Do it." });
        var seen = new List<SseItem<string>>();
        await foreach (var item in Stream(cluster.A, session, after: null))
        {
            seen.Add(item);
            if (item.EventType == "tool_end")
                break;
        }
        await middle.Task.WaitAsync(s_patience);

        worker.Kill();
        cluster.A.Kill();
        using var other = cluster.StartWorker("session-turn-2", cluster.B.Url);
        await foreach (var item in Stream(cluster.B, session, seen[^1].EventId))
            seen.Add(item);

        Assert.Equal("done", seen[^1].EventType);
        Assert.Contains(seen, item => item.EventType == "retry");
        var ids = seen.Select(item => long.Parse(item.EventId!, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(ids.Distinct().Order(), ids);
        var whole = new List<SseItem<string>>();
        await foreach (var item in Stream(cluster.B, session, after: null))
            whole.Add(item);
        Assert.Equal(
            whole.Select(item => (item.EventId, item.EventType, item.Data)),
            seen.Select(item => (item.EventId, item.EventType, item.Data)));
        Assert.Equal((1, 2), (model.Calls(1), model.Calls(2)));
        await cluster.AllRun();
    }

    [Fact]
    public async Task A_question_is_still_there_after_everything_died_and_can_be_answered()
    {
        await cluster.AllRun();
        await using var model = await ScriptedModel.Start(step => step == 1
            ? new ScriptedAnswer("This needs a person.", "echo approved > answer")
            : new ScriptedAnswer("It is done.", Command: null));
        await AgentOf.Define(cluster.ClientOfA, "session-question", model, asks: true);
        using var worker = cluster.StartWorker("session-question-1", cluster.B.Url);
        var workspace = cluster.CreateWorkspace("session-question");
        var session = await Create("session-question", workspace);
        await Post(cluster.A, $"/sessions/{session}/messages", new { content = "Do it." });
        await foreach (var item in Stream(cluster.A, session, after: null))
        {
            if (item.EventType == "user_question")
                break;
        }

        worker.Kill();
        cluster.A.Kill();
        cluster.B.Kill();
        cluster.Postgres.Kill();
        await cluster.AllRun();
        using var other = cluster.StartWorker("session-question-2", cluster.A.Url);
        using var http = new HttpClient { BaseAddress = cluster.B.Url };
        var asked = Assert.Single((await http.GetFromJsonAsync<JsonArray>($"/sessions/{session}/questions"))!)!;
        await Post(cluster.B, $"/sessions/{session}/answer", new { question_id = (string)asked["question_id"]!, response = "once" });
        SseItem<string> last = default;
        await foreach (var item in Stream(cluster.B, session, after: null))
            last = item;

        Assert.Equal("done", last.EventType);
        Assert.Equal("approved\n", await File.ReadAllTextAsync(Path.Combine(workspace, "answer")));
        Assert.Equal((1, 1), (model.Calls(1), model.Calls(2)));
    }

    [Fact]
    public async Task Subagents_and_the_turn_that_waits_for_them_go_on_after_everything_died()
    {
        await cluster.AllRun();
        await Script("session-scout", "subagent", """[{"delay_ms": 4000, "text": "Found."}]""");
        await Script("session-lead", "primary", """
            [{"tool_calls": [{"tool": "task", "arguments": {"agent": "session-scout", "prompt": "Look left."}},
                             {"tool": "task", "arguments": {"agent": "session-scout", "prompt": "Look right."}}]},
             {"text": "Both came back."}]
            """);
        using var worker = cluster.StartWorker("session-subagents-1", cluster.A.Url);
        var session = await Create("session-lead");
        await Post(cluster.A, $"/sessions/{session}/messages", new { content = "Look around." });
        using var http = new HttpClient { BaseAddress = cluster.B.Url };
        await Eventually.IsTrue(
            async () => (await http.GetFromJsonAsync<JsonArray>($"/sessions/{session}/subagents"))!.Count == 2,
            s_patience,
            () => "both are started");

        worker.Kill();
        cluster.A.Kill();
        cluster.B.Kill();
        cluster.Postgres.Kill();
        await cluster.AllRun();
        using var other = cluster.StartWorker("session-subagents-2", cluster.B.Url);
        var seen = new List<SseItem<string>>();
        await foreach (var item in Stream(cluster.B, session, after: null))
            seen.Add(item);

        Assert.Equal("done", seen[^1].EventType);
        var found = seen.Where(item => item.EventType == "tool_end").Select(item => (string)JsonNode.Parse(item.Data)!["output"]!).ToList();
        Assert.Equal(2, found.Count);
        Assert.All(found, output => Assert.StartsWith("Found.", output));
        Assert.Equal(2, (await http.GetFromJsonAsync<JsonArray>($"/sessions/{session}/subagents"))!.Count);
    }

    [Fact]
    public async Task A_restore_whose_worker_dies_halfway_is_brought_to_its_end()
    {
        await cluster.AllRun();
        await using var model = await ScriptedModel.Start(step => step == 1
            ? new ScriptedAnswer("All of them.", "sed -i s/first/changed/ *.txt")
            : new ScriptedAnswer("Changed.", Command: null));
        await AgentOf.Define(cluster.ClientOfA, "session-restore", model);
        var workspace = cluster.CreateWorkspace("session-restore");
        for (var i = 0; i < Files; i++)
            await File.WriteAllTextAsync(Path.Combine(workspace, $"{i:0000}.txt"), "first\n");
        await Git(workspace, "init -q");
        using var worker = cluster.StartWorker("session-restore-1", cluster.A.Url);
        var session = await Create("session-restore", workspace);
        await Post(cluster.A, $"/sessions/{session}/messages", new { content = "Change all." });
        await foreach (var item in Stream(cluster.A, session, after: null))
        {
            // Without a sandbox nobody knows which files such a command touches.
            if (item.EventType == "user_question")
                await Post(
                    cluster.A,
                    $"/sessions/{session}/answer",
                    new { question_id = (string)JsonNode.Parse(item.Data)!["question_id"]!, response = "once" });
        }
        Assert.Equal(Files, CountOf(workspace, "changed\n"));

        var restoring = Post(cluster.A, $"/sessions/{session}/undo", new { });
        await Eventually.IsTrue(() => Task.FromResult(CountOf(workspace, "first\n") > 0), s_patience, () => "the restore begins");
        worker.Kill();
        using var other = cluster.StartWorker("session-restore-2", cluster.B.Url);
        await restoring;

        Assert.Equal(Files, CountOf(workspace, "first\n"));
        Assert.Equal(Files, Directory.GetFiles(workspace, "*.txt").Length);
        await Git(workspace, "fsck");
        using var http = new HttpClient { BaseAddress = cluster.B.Url };
        var snapshots = (await http.GetFromJsonAsync<JsonArray>($"/sessions/{session}/snapshots"))!;
        Assert.Contains(snapshots, snapshot => (long)snapshot!["turn_index"]! == -1);
        await Post(cluster.B, $"/sessions/{session}/snapshots/-1/restore", new { });
        Assert.Equal(Files, CountOf(workspace, "changed\n"));
    }

    private async Task Script(string agentId, string mode, string steps) =>
        await cluster.ClientOfA.Agents.ApplyAsync(
            agentId,
            new AgentDefinition
            {
                Mode = mode,
                Tools = { "task" },
                Provider = new ProviderDefinition { Kind = "offline", Options = $$"""{"script": {{steps}}}""" },
            });

    private async Task<string> Create(string agent, string? workspace = null)
    {
        // With a title of its own no model is asked for one.
        var created = await Post(
            cluster.A, "/sessions", new { agent_id = agent, title = agent, workspace = workspace ?? cluster.CreateWorkspace(agent) });
        return (string)created!["id"]!;
    }

    private static async Task<JsonNode?> Post(KodaServerProcess server, string path, object body)
    {
        using var http = new HttpClient { BaseAddress = server.Url, Timeout = s_patience };
        using var reply = await http.PostAsJsonAsync(path, body);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, $"{path}: {reply.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private static async IAsyncEnumerable<SseItem<string>> Stream(KodaServerProcess server, string session, string? after)
    {
        using var http = new HttpClient { BaseAddress = server.Url, Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sessions/{session}/stream");
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        using var deadline = new CancellationTokenSource(s_patience);
        using var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        await using var body = await reply.Content.ReadAsStreamAsync(deadline.Token);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(deadline.Token))
            yield return item;
    }

    private static int CountOf(string workspace, string text) => Directory.GetFiles(workspace, "*.txt").Count(file => Holds(file, text));

    private static bool Holds(string file, string text)
    {
        try
        {
            return File.ReadAllText(file) == text;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static async Task Git(string folder, string arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", $"-C {folder} {arguments}") { RedirectStandardError = true })!;
        await git.StandardError.ReadToEndAsync();
        await git.WaitForExitAsync();
        Assert.Equal(0, git.ExitCode);
    }
}
