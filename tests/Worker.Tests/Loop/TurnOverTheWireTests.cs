using System.Text.Json.Nodes;
using Grpc.Core;
using Koda.Protos.Worker.V1;
using Koda.Worker.Loop;
using Koda.Worker.Session;
using Koda.Worker.Tests.Providers;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public sealed class TurnOverTheWireTests : IAsyncLifetime
{
    private readonly TempWorkspace _folder = new();
    private readonly MemoryJournal _journal = new();
    private ScriptedServer _model = null!;

    public async Task InitializeAsync() => _model = await ScriptedServer.Start();

    public async Task DisposeAsync()
    {
        await _model.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Turns_go_on_where_the_last_one_ended_and_know_what_happened_between()
    {
        _folder.Write("AGENTS.md", "Be exact.");
        _folder.Write("number.py", "n = 1\n");
        _model.AnswerTo = body => IsTitle(body)
            ? Says("Number of lines")
            : Turns(body) == 1 && !Text(body).Contains("n = 1", StringComparison.Ordinal) ? Reads("number.py") : Says("It is 1.");

        Assert.Equal(new AttemptOutcome.Completed("It is 1."), await Run(1, "What is n?"));

        var first = _model.Requests.Where(request => !IsTitle(request.Body)).ToList();
        Assert.Equal(2, first.Count);
        Assert.Equal("""{"type":"enabled","budget_tokens":10000}""", first[0].Body["thinking"]!.ToJsonString());
        Assert.Contains("Be exact.", first[0].Body["system"]![0]!["text"]!.GetValue<string>());
        Assert.Contains(_folder.Root, first[0].Body["system"]![0]!["text"]!.GetValue<string>());
        // The thought goes back with its signature while the model works on its calls.
        Assert.Equal("thinking", first[1].Body["messages"]![1]!["content"]![0]!["type"]!.GetValue<string>());
        Assert.Single(_journal.Payloads("conversation.titled"));
        Assert.NotEmpty(_journal.Payloads("model.tool_input"));
        Assert.NotEmpty(_journal.Payloads("model.reasoning_done"));

        _folder.Write("number.py", "n = 2\n");
        _model.Requests.Clear();
        await Run(2, "And now?", new Turn { Variant = "low" });

        var second = Assert.Single(_model.Requests, request => !IsTitle(request.Body)).Body;
        Assert.Equal(3000, second["thinking"]!["budget_tokens"]!.GetValue<int>());
        Assert.Contains("number.py", Text(second)[Text(second).IndexOf("Since you last saw them", StringComparison.Ordinal)..]);
        Assert.Contains("It is 1.", Text(second));
    }

    [Fact]
    public async Task A_turn_that_is_cancelled_lets_the_provider_go_at_once()
    {
        _model.Answer = new ScriptedAnswer { End = AnswerEnd.Silence };
        using var attempt = Attempt(1, "What is n?", new Turn());
        var running = Runner().Run(attempt);
        while (_model.Requests.IsEmpty) await Task.Delay(5);

        attempt.Stop.AtOnce(StopReason.Cancel);

        Assert.Equal(new AttemptOutcome.Stopped(StopReason.Cancel), await running.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    private async Task<AttemptOutcome> Run(int turn, string message, Turn? settings = null)
    {
        using var attempt = Attempt(turn, message, settings ?? new Turn { Variant = "high", NeedsTitle = true });
        return await Runner().Run(attempt);
    }

    private AttemptRunner Runner()
    {
        var options = new WorkerOptions { ServerUrl = new Uri("http://127.0.0.1"), Token = "token" };
        var server = new JournalServer(_journal, _model.Url);
        return new AttemptRunner(
            options,
            new WorkerCalls(server, options.Token),
            [new ReadTool()],
            Sandbox.Off("It is a test."),
            TimeProvider.System,
            NullLogger.Instance);
    }

    private HeldAttempt Attempt(int turn, string message, Turn settings)
    {
        _journal.Ask(turn, message);
        settings.Number = turn;
        settings.ConversationId = Guid.Empty.ToString();
        var assignment = new Assignment
        {
            Attempt = new AttemptRef { AttemptId = Guid.CreateVersion7().ToString(), FencingToken = 1 },
            AttemptNumber = 1,
            JournalLength = _journal.Events.Count,
            Workspace = _folder.Root,
            Query = message,
            Agent = new AgentSpec { ProviderKind = "anthropic", Model = "claude-sonnet-4-5", SystemPrompt = "Help.", Tools = { "read" } },
            Turn = settings,
        };
        return new HeldAttempt(assignment, TimeProvider.System, Commit);
    }

    /// <summary>Commits what the attempt reports, as the server would.</summary>
    private void Commit(HeldAttempt attempt)
    {
        lock (_journal)
        {
            var message = new WorkRequest();
            var budget = int.MaxValue;
            attempt.Collect(message, ref budget);
            foreach (var batch in message.Events)
            {
                foreach (var reported in batch.Events)
                    _journal.Report(reported);
                attempt.Recorded(batch.Batch);
            }
            foreach (var reported in message.Completions.SelectMany(end => end.Events))
                _journal.Report(reported);
        }
    }

    private static bool IsTitle(JsonObject body) =>
        body["system"]![0]!["text"]!.GetValue<string>().Contains("Write a title", StringComparison.Ordinal);

    private static int Turns(JsonObject body) =>
        body["messages"]!
            .AsArray()
            .Count(message =>
                message!["role"]!.GetValue<string>() == "user" && message["content"]![0]!["type"]!.GetValue<string>() == "text");

    private static string Text(JsonObject body) => body["messages"]!.ToJsonString();

    private static ScriptedAnswer Says(string text) => Answer(new JsonObject { ["type"] = "text", ["text"] = text }, "end_turn");

    private static ScriptedAnswer Reads(string path) => Answer(
        new JsonObject { ["type"] = "tool_use", ["id"] = "toolu_1", ["name"] = "read", ["input"] = new JsonObject() }, "tool_use",
        new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = new JsonObject { ["path"] = path }.ToJsonString() });

    // Every answer begins with a thought.
    private static ScriptedAnswer Answer(JsonObject block, string stopReason, JsonObject? delta = null)
    {
        var thought = new JsonObject { ["type"] = "thinking", ["thinking"] = "Hm.", ["signature"] = "c2ln" };
        List<JsonObject> events =
        [
            new() { ["type"] = "message_start", ["message"] = new JsonObject { ["usage"] = new JsonObject { ["input_tokens"] = 10 } } },
            new() { ["type"] = "content_block_start", ["index"] = 0, ["content_block"] = thought },
            new() { ["type"] = "content_block_stop", ["index"] = 0 },
            new() { ["type"] = "content_block_start", ["index"] = 1, ["content_block"] = block },
            new() { ["type"] = "content_block_stop", ["index"] = 1 },
            new()
            {
                ["type"] = "message_delta",
                ["delta"] = new JsonObject { ["stop_reason"] = stopReason },
                ["usage"] = new JsonObject { ["output_tokens"] = 5 },
            },
            new() { ["type"] = "message_stop" },
        ];
        if (delta is not null)
            events.Insert(4, new JsonObject { ["type"] = "content_block_delta", ["index"] = 1, ["delta"] = delta });
        return ScriptedAnswer.Text(string.Concat(events.Select(item => $"data: {item.ToJsonString()}\n\n")));
    }

    /// <summary>What an attempt asks of the server.</summary>
    private sealed class JournalServer(MemoryJournal journal, Uri model) : CallInvoker
    {
        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method,
            string? host,
            CallOptions options,
            TRequest request) =>
            new(
                (IAsyncStreamReader<TResponse>)(object)new Reader(journal.Events),
                Task.FromResult(new Metadata()),
                () => Status.DefaultSuccess,
                () => [],
                () => { });

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            var credential = new ProviderCredential { Kind = "anthropic", BaseUrl = model.AbsoluteUri, ApiKey = "sk-ant-test" };
            return new(
                Task.FromResult((TResponse)(object)credential),
                Task.FromResult(new Metadata()),
                () => Status.DefaultSuccess,
                () => [],
                () => { });
        }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unused();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unused();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unused();

        private static NotSupportedException Unused() => new("The attempt makes no such call.");

        private sealed class Reader(IReadOnlyList<JournalEvent> events) : IAsyncStreamReader<JournalEvent>
        {
            private int _next;

            public JournalEvent Current => events[_next - 1];

            public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(_next < events.Count && ++_next > 0);
        }
    }
}
