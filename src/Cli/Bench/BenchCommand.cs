using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Koda.Client;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Bench;

/// <summary><c>koda bench</c></summary>
internal static class BenchCommand
{
    private const string AgentId = "bench-noop";

    public static Command Create(CommonOptions common)
    {
        var callers = new Option<int>("--callers") { Description = "How many submit at once.", DefaultValueFactory = _ => 16 };
        var seconds = new Option<int>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 5 };
        foreach (var option in (Option<int>[])[callers, seconds])
            option.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() < 1)
                    result.AddError($"{option.Name} must be at least 1.");
            });
        var command = new TaughtCommand(
            "bench",
            "Measures how fast the running server takes tasks: each is committed before the answer. It leaves the tasks, of an agent that does nothing; bench/ has the full measurements.",
            "koda bench --callers 64 --seconds 10") { callers, seconds };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var result = await Measure(
                session.Client, parse.GetValue(callers), TimeSpan.FromSeconds(parse.GetValue(seconds)), cancellationToken);
            session.Terminal.Out.WriteLine(session.Json
                ? JsonSerializer.Serialize(result, s_jsonSerializerOptions)
                : string.Create(CultureInfo.InvariantCulture,
                    $"{result.SubmitsPerSecond:N0} submits/s with {result.Callers} callers; answers p50 {result.P50Ms:0.0} ms, p95 {result.P95Ms:0.0} ms, p99 {result.P99Ms:0.0} ms"));
            return ExitCode.Ok;
        });
        return command;
    }

    private static readonly JsonSerializerOptions s_jsonSerializerOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private static async Task<Result> Measure(KodaClient client, int callers, TimeSpan duration, CancellationToken cancellationToken)
    {
        await client.Agents.ApplyAsync(
            AgentId, new AgentDefinition { Description = "Does nothing.", Provider = new() { Kind = "noop" } }, cancellationToken);
        var latencies = new List<double>[callers];
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(
            Enumerable
                .Range(0, callers)
                .Select(async caller =>
                {
                    var mine = latencies[caller] = [];
                    while (Stopwatch.GetElapsedTime(begun) < duration)
                    {
                        var sent = Stopwatch.GetTimestamp();
                        await client.Tasks.SubmitAsync(
                            new Runtime.SubmitTaskRequest { AgentId = AgentId, Query = "noop" }, cancellationToken: cancellationToken);
                        mine.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                    }
                }));
        var elapsed = Stopwatch.GetElapsedTime(begun);
        var all = latencies.SelectMany(one => one).Order().ToList();
        double At(double part) => all[Math.Min((int)(part * all.Count), all.Count - 1)];
        return new Result(callers, all.Count, all.Count / elapsed.TotalSeconds, At(0.5), At(0.95), At(0.99));
    }

    private sealed record Result(int Callers, int Submits, double SubmitsPerSecond, double P50Ms, double P95Ms, double P99Ms);
}
