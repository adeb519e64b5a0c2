using System.Diagnostics;
using Koda.Worker.Providers;
using Koda.Worker.Tests.Loop;
using Koda.Worker.Tools;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Xunit;

namespace Koda.Worker.Tests;

/// <summary>The instruments are the process's own, so that each test asks a model, or runs a tool, that no other does.</summary>
public sealed class WorkerTelemetryTests
{
    [Fact]
    public async Task A_model_call_has_its_time_its_tokens_and_its_cost_by_provider_and_model()
    {
        using var duration = Collect<double>("gen_ai.client.operation.duration");
        using var tokens = Collect<long>("gen_ai.client.token.usage");
        using var cost = Collect<double>("koda.model.cost");
        var model = new ScriptedModel(ScriptedModel.Says("Done."))
        {
            Usage = new ModelUsage { InputTokens = 30, OutputTokens = 4, CostMicros = 250_000 },
        };
        using var harness = new AgentHarness(model) { ModelName = "measured-1" };

        await harness.Run();

        var call = Assert.Single(Of(duration, "gen_ai.request.model", "measured-1"));
        Assert.Equal(("chat", "scripted"), (call.Tags["gen_ai.operation.name"], call.Tags["gen_ai.provider.name"]));
        Assert.DoesNotContain("error.type", call.Tags.Keys);
        Assert.Equal(
            [("input", 30L), ("output", 4L)],
            Of(tokens, "gen_ai.request.model", "measured-1")
                .Select(measured => ((string)measured.Tags["gen_ai.token.type"]!, measured.Value)));
        Assert.Equal(0.25, Assert.Single(Of(cost, "gen_ai.request.model", "measured-1")).Value);
    }

    [Fact]
    public async Task A_call_that_fails_tells_by_what_and_each_try_is_one()
    {
        using var duration = Collect<double>("gen_ai.client.operation.duration");
        using var tokens = Collect<long>("gen_ai.client.token.usage");
        var model = new ScriptedModel(ScriptedModel.Says("Done."));
        model.Failures.Enqueue(new ProviderException("provider.overloaded", "Busy.", retryable: true));
        using var harness = new AgentHarness(model) { ModelName = "measured-2", Time = new InstantTime() };

        await harness.Run();

        Assert.Equal(
            ["provider.overloaded", null],
            Of(duration, "gen_ai.request.model", "measured-2").Select(measured => measured.Tags.GetValueOrDefault("error.type")));
        Assert.Equal(2, Of(tokens, "gen_ai.request.model", "measured-2").Count());
    }

    [Fact]
    public async Task A_price_that_nobody_knows_is_no_cost()
    {
        using var cost = Collect<double>("koda.model.cost");
        var model = new ScriptedModel(ScriptedModel.Says("Done."))
        {
            Usage = new ModelUsage { InputTokens = 1, OutputTokens = 1, PriceUnknown = true },
        };
        using var harness = new AgentHarness(model) { ModelName = "measured-3" };

        await harness.Run();

        Assert.Empty(Of(cost, "gen_ai.request.model", "measured-3"));
    }

    [Fact]
    public async Task A_run_of_a_tool_has_its_time_and_how_it_ended()
    {
        using var duration = Collect<double>("gen_ai.execute_tool.duration");

        await Run("measured_tool", () => Task.FromResult(new ToolResult("It is so.")));
        await Run("measured_tool", () => Task.FromResult(new ToolResult("It is not.") { IsError = true }));
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            Run("measured_tool", () => Task.FromException<ToolResult>(new OperationCanceledException())));

        Assert.Equal(
            [null, "tool_error", "cancelled"],
            Of(duration, "gen_ai.tool.name", "measured_tool").Select(measured => measured.Tags.GetValueOrDefault("error.type")));
    }

    [Fact]
    public async Task Tools_of_other_servers_share_one_name_in_measurements()
    {
        using var duration = Collect<double>("gen_ai.execute_tool.duration");

        await Run("mcp__measured__anything", () => Task.FromResult(new ToolResult("It is so.")));

        Assert.NotEmpty(Of(duration, "gen_ai.tool.name", "mcp"));
        Assert.Empty(Of(duration, "gen_ai.tool.name", "mcp__measured__anything"));
    }

    [Fact]
    public async Task A_failed_call_is_a_failed_span_below_what_made_it()
    {
        var stopped = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WorkerTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (stopped)
                    stopped.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var parent = new Activity("test").Start();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Run("broken", () => throw new InvalidOperationException()));

        Activity span;
        lock (stopped)
            span = stopped.Single(activity => activity.TraceId == parent.TraceId);
        Assert.Equal(
            ("execute_tool broken", parent.SpanId, ActivityStatusCode.Error), (span.OperationName, span.ParentSpanId, span.Status));
    }

    private static Task<ToolResult> Run(string tool, Func<Task<ToolResult>> run) =>
        WorkerTelemetry.RunTool(tool, "call_1", TimeProvider.System, run);

    private static MetricCollector<T> Collect<T>(string name) where T : struct => new(meterScope: null, WorkerTelemetry.SourceName, name);

    private static IEnumerable<CollectedMeasurement<T>> Of<T>(MetricCollector<T> collector, string tag, string value) where T : struct =>
        collector.GetMeasurementSnapshot().Where(measured => Equals(measured.Tags.GetValueOrDefault(tag), value));
}
