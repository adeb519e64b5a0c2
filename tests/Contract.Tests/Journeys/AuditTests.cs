using System.Text.Json.Nodes;
using Koda.Contract.Tests.Runtime;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Journeys;

/// <summary>The main job without any key: atlas audits published packages and reports what a person would agree with.</summary>
public sealed class AuditTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>, IDisposable
{
    private const string Query = "Audit this package.";

    private readonly DirectoryInfo _packages = Directory.CreateTempSubdirectory("koda-npm-");

    public void Dispose() => _packages.Delete(recursive: true);

    [Theory]
    [InlineData("express@4.21.2", "lib/application.js", "software-shown")]
    [InlineData("shelljs@0.8.5", "src/common.js", "world-writable")]
    [InlineData("kue@0.11.6", "lib/queue/job.js", "code-injection")]
    public async Task A_published_package_gets_a_report_with_places_severities_and_rules(string package, string file, string rule)
    {
        var workspace = await NpmPackage.Fetch(package, _packages);
        var task = await koda.Host.SubmitIn(workspace, "atlas", Query);

        var ended = await koda.Host.Follow(task);

        Assert.True(ended.At("status") == "completed", ended.ToJsonString());
        Assert.Contains("\n## Findings\n", ended.At("output"), StringComparison.Ordinal);
        var section = SectionOf(ended.At("output"), rule);
        Assert.Matches("^### P[0-3] ", section);
        Assert.Matches($"`{file}:[1-9][0-9]*:[1-9][0-9]*`", section);
        Assert.Contains("Advice: ", section, StringComparison.Ordinal);
        await EveryPlaceIsReal(ended.At("output"), workspace);
        await TraceIsWhole(task);
    }

    private static string SectionOf(string report, string rule)
    {
        var sections = report.Split("\n### ").Skip(1).Select(section => "### " + section);
        return Assert.Single(sections, section => section.Split('\n')[0].EndsWith($"(`{rule}`)", StringComparison.Ordinal));
    }

    /// <summary>A report that names places must name lines that are there, with the text that is there.</summary>
    private static async Task EveryPlaceIsReal(string report, string workspace)
    {
        var places = report
            .Split('\n')
            .Where(line => line.StartsWith("- `", StringComparison.Ordinal) && line.Contains("`: `", StringComparison.Ordinal))
            .ToArray();
        Assert.NotEmpty(places);
        foreach (var line in places)
        {
            var parts = line[3..].Split("`: `", 2);
            var place = parts[0].Split(':');
            var lines = await File.ReadAllLinesAsync(Path.Combine(workspace, place[0]));
            var start = parts[1][..Math.Min(12, parts[1].IndexOf('`', StringComparison.Ordinal))].TrimEnd('…');
            Assert.Contains(
                start,
                lines[int.Parse(place[1], System.Globalization.CultureInfo.InvariantCulture) - 1].Replace('`', '\''),
                StringComparison.Ordinal);
        }
    }

    private async Task TraceIsWhole(string task)
    {
        var calls = await koda.Host.Steps(task, "provider_call");
        Assert.All(calls, call => Assert.Equal(("ok", "offline"), (call.At("status"), call.At("provider_call", "provider"))));
        Assert.All(calls, call => Assert.Equal(Query, call["provider_call"]!["prompt"]!["messages"]![0]!["content"]![0]!.At("text")));
        Assert.NotEqual("", calls[0].At("provider_call", "prompt", "system"));
        Assert.All(calls, call => Assert.NotNull(call["provider_call"]!["response"]));
        // What a call answered is in the prompt of the next one.
        Assert.Contains(
            calls[0]["provider_call"]!["response"]!.ToJsonString(),
            calls[1]["provider_call"]!["prompt"]!.ToJsonString(),
            StringComparison.Ordinal);

        var tools = await koda.Host.Steps(task, "tool_call");
        Assert.Equal(["audit"], tools.Select(tool => tool.At("tool_call", "tool")));
        Assert.All(tools, tool => Assert.Equal("ok", tool.At("status")));
        Assert.All(tools, tool => Assert.IsType<JsonObject>(tool["tool_call"]!["arguments"]));
        Assert.All(tools, tool => Assert.NotEqual("", tool.At("tool_call", "result")));

        var rest = await koda.Host.Rest.Get($"{TaskCalls.Tasks}/{task}/trace");
        var grpc = await koda.Host.Client.Tasks.GetTraceAsync(task);
        Assert.Equal(grpc.Steps.Select(step => step.Seq), rest.Json["steps"]!.AsArray().Select(step => step!["seq"]!.GetValue<long>()));
        Assert.Equal(grpc.Totals.LatencyMs, rest.Json["totals"]!["latency_ms"]!.GetValue<long>());
        Assert.Equal(grpc.Steps.Order(Comparer<Protos.Runtime.V1.TraceStep>.Create((a, b) => a.Seq.CompareTo(b.Seq))), grpc.Steps);
        foreach (var (step, json) in grpc.Steps.Zip(rest.Json["steps"]!.AsArray()))
        {
            Assert.Equal(step.Status, json!.At("status"));
            Assert.Equal(step.ToolCall?.Result ?? "", json!.At("tool_call", "result"));
            Assert.Equal(step.ProviderCall?.Text ?? "", json!.At("provider_call", "text"));
        }
    }
}
