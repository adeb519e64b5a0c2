using Koda.Contract.Tests.Journeys;
using Koda.Testing;
using Koda.Testing.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using OpenTelemetry;
using Xunit;

namespace Koda.Contract.Tests.Telemetry;

/// <summary>What a collector gets of a task.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class TelemetryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_task_is_one_trace_from_the_request_to_the_call_of_a_tool()
    {
        await using var collector = await CollectorStub.Start();
        var settings = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        };
        await using var host = await KodaHost.Start(postgres.ConnectionString, options =>
            options with { TelemetrySettings = settings.GetValueOrDefault });
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "bash", """{"command":"true"}"""),
            ModelTurn.Say("It is done."));
        await host.Define("traced", model, tools: """["bash"]""", permissions: """[{"tool":"bash","pattern":"**","action":"allow"}]""");

        var request = new HttpRequestMessage(HttpMethod.Post, "/api/runtime/tasks")
        {
            Content = new StringContent("""{"agent_id":"traced","query":"Do it."}""", System.Text.Encoding.UTF8, "application/json"),
            Headers = { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } },
        };
        var reply = await host.Rest.Send(request);
        await Eventually.IsTrue(
            () => Task.FromResult(collector.Metrics.ContainsKey("koda.queue.tasks") && collector.Metrics.ContainsKey("koda.queue.age")),
            "The queue is told of.");
        host.StartWorker();
        Assert.Equal("completed", (await host.Follow(reply["id"]))["status"]!.GetValue<string>());

        const string trace = "0af7651916cd43dd8448eb211c80319c";
        const string caller = "b7ad6b7169203331";
        await Eventually.IsTrue(
            () => Task.FromResult(collector.Spans.Any(span => span.Trace == trace && span.Name == "invoke_agent traced")),
            "The attempt's span comes.");
        var spans = collector.Spans.Where(span => span.Trace == trace).ToList();
        var chain = Chain(spans, spans.Single(span => span.Name == "execute_tool bash"));
        Assert.Equal(
            ["execute_tool bash", "invoke_agent traced", "koda.runtime.v1.TaskService.SubmitTask", "POST /api/runtime/tasks"], chain);
        Assert.Equal(2, spans.Count(span => span.Name == $"chat {ModelTurn.Model}"));
        await Eventually.IsTrue(
            () => Task.FromResult(Orphans().Count == 0),
            TimeSpan.FromSeconds(60),
            () => $"Outside of the tree: {string.Join(", ", Orphans())}");
        string[] expected =
        [
            "rpc.server.call.duration",
            "http.server.request.duration",
            "db.client.operation.duration",
            "dotnet.gc.collections",
            "koda.attempt.started",
            "koda.attempt.ended",
            "koda.batch.size",
            "koda.feed.open",
            "koda.feed.lag",
            "koda.lease.held",
            "koda.worker.connected",
            "koda.usage.model_calls",
            "koda.usage.tool_calls",
            "koda.usage.tokens",
            "koda.usage.cost",
            "gen_ai.client.operation.duration",
            "gen_ai.client.token.usage",
            "gen_ai.execute_tool.duration",
        ];
        await Eventually.IsTrue(
            () => Task.FromResult(!expected.Except(collector.Metrics.Keys).Any()),
            TimeSpan.FromSeconds(60),
            () => $"Missing: {string.Join(", ", expected.Except(collector.Metrics.Keys))}");

        List<string> Orphans()
        {
            var tree = collector.Spans.Where(span => span.Trace == trace).ToList();
            return [.. tree.Where(span => span.Parent != caller && tree.All(parent => parent.Id != span.Parent)).Select(span => span.Name)];
        }
    }

    [Fact]
    public async Task What_a_worker_logs_reaches_the_collector_and_its_own_log()
    {
        await using var collector = await CollectorStub.Start();
        var settings = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        var own = new FakeLoggerProvider();
        using (
            var telemetry = Server.Hosting.Telemetry.Start("koda-worker", settings.GetValueOrDefault, logging => logging.AddProvider(own)))
            telemetry!.GetLoggerFactory().CreateLogger("worker").LogWarning("{Who} is late.", "Ana");

        Assert.Contains("Ana is late.", collector.Logs);
        Assert.Equal("Ana is late.", own.Collector.LatestRecord.Message);
    }

    private static List<string> Chain(IReadOnlyList<Span> spans, Span? span)
    {
        var names = new List<string>();
        for (; span is not null; span = spans.SingleOrDefault(parent => parent.Id == span.Parent))
            names.Add(span.Name);
        return names;
    }
}
