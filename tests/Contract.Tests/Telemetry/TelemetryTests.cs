using Koda.Contract.Tests.Journeys;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Telemetry;

/// <summary>What a collector gets of a task.</summary>
public sealed class TelemetryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_task_is_one_trace_from_the_request_to_the_call_of_a_tool()
    {
        await using var collector = await CollectorStub.StartAsync();
        var settings = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        };
        await using var host = await KodaHost.StartAsync(postgres.ConnectionString, options => options with { TelemetrySettings = settings.GetValueOrDefault });
        host.StartWorker();
        await using var model = await ScriptedModel.StartAsync(ModelTurn.Call("call_1", "bash", """{"command":"true"}"""), ModelTurn.Say("It is done."));
        await host.Define("traced", model, tools: """["bash"]""", permissions: """[{"tool":"bash","pattern":"**","action":"allow"}]""");

        var request = new HttpRequestMessage(HttpMethod.Post, "/api/runtime/tasks")
        {
            Content = new StringContent("""{"agent_id":"traced","query":"Do it."}""", System.Text.Encoding.UTF8, "application/json"),
            Headers = { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } },
        };
        var reply = await host.Rest.Send(request);
        Assert.Equal("completed", (await host.Follow(reply["id"]))["status"]!.GetValue<string>());

        const string trace = "0af7651916cd43dd8448eb211c80319c";
        await Eventually.IsTrue(() => Task.FromResult(collector.Spans.Any(span => span.Trace == trace && span.Name == "invoke_agent traced")), "The attempt's span comes.");
        var spans = collector.Spans.Where(span => span.Trace == trace).ToList();
        var chain = Chain(spans, spans.Single(span => span.Name == "execute_tool bash"));
        Assert.Equal(["execute_tool bash", "invoke_agent traced", "koda.runtime.v1.TaskService.SubmitTask", "POST /api/runtime/tasks"], chain);
        Assert.Equal(2, spans.Count(span => span.Name == $"chat {ModelTurn.Model}"));
        await Eventually.IsTrue(
            () => Task.FromResult(collector.Metrics.ContainsKey("rpc.server.call.duration") && collector.Metrics.ContainsKey("http.server.request.duration")), "Metrics come.");
    }

    private static List<string> Chain(IReadOnlyList<Span> spans, Span? span)
    {
        var names = new List<string>();
        for (; span is not null; span = spans.SingleOrDefault(parent => parent.Id == span.Parent))
            names.Add(span.Name);
        return names;
    }
}
