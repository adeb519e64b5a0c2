using System.Diagnostics;
using System.Globalization;
using System.Text;
using Koda.Protos.ControlPlane.V1;
using Koda.Testing;
using Xunit.Abstractions;

namespace Koda.Fault.Tests.Schedule;

/// <summary>
/// Faults, one after the other, on two servers and three workers under load. Here a short round of them; <c>bench/faults</c> runs the
/// whole, and prints the same table.
/// </summary>
public sealed class ScheduleTests(FaultyCluster cluster, ITestOutputHelper output) : IClassFixture<FaultyCluster>
{
    private const string Agent = "schedule";
    private const int Short = 4;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_goal = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Nothing_is_lost_and_work_goes_on_after_each_fault()
    {
        var count = Number("KODA_FAULTS") ?? Short;
        var seed = Number("KODA_FAULT_SEED") ?? Random.Shared.Next();
        var random = new Random(seed);
        await cluster.ClientOfA.Agents.ApplyAsync(Agent, TaskChecks.FourSteps());
        await cluster.ClientOfA.Agents.ApplyAsync("pulse", Pulse());
        KodaWorkerProcess[] workers =
        [
            cluster.StartWorker("worker-1", cluster.A.Url),
            cluster.StartWorker("worker-2", cluster.B.Url),
            cluster.StartWorker("worker-3", cluster.A.Url),
        ];
        var checks = new TaskChecks(cluster, Agent);
        var load = new Load([cluster.ClientOfA, cluster.ClientOfB], Agent, checks.Unended, TimeSpan.FromSeconds(1.5));
        var session = (await cluster.ClientOfA.Sessions.CreateAsync(
            new() { AgentId = "pulse", Title = "pulse", Workspace = cluster.CreateWorkspace("pulse") })).Id;
        Follower[] followers =
        [
            Follower.OverEvents(cluster.A, session), Follower.OverEvents(cluster.B, session),
            Follower.OverGrpc(cluster.A, session, cluster.OperatorToken), Follower.OverGrpc(cluster.B, session, cluster.OperatorToken),
        ];
        using var stop = new CancellationTokenSource();
        var loading = load.Run(stop.Token);
        var rows = new List<Row>();
        foreach (var fault in Plan(random, Fault.Of(cluster, workers), count))
        {
            var lasted = TimeSpan.FromMilliseconds(random.Next(500, count == Short ? 2500 : 5000));
            rows.Add(await Break(fault, lasted, load, session, followers));
            Assert.False(loading.IsFaulted, loading.Exception?.ToString());
        }
        await stop.CancelAsync();
        await loading;

        Report(seed, rows, load);
        await Eventually.IsTrue(async () => await checks.Unended() == 0, s_patience, () => $"every task ended. {cluster.Logs()}");
        await checks.NothingIsLost(load);
        output.WriteLine(await checks.EveryChainVerifies());
        foreach (var follower in followers)
        {
            Assert.Equal(follower.Seen.Distinct().Order(), follower.Seen);
            await follower.DisposeAsync();
        }
    }

    private async Task<Row> Break(Fault fault, TimeSpan lasted, Load load, string session, Follower[] followers)
    {
        var turns = followers.Min(follower => follower.Turns);
        await fault.Begin();
        // How long it lasts is the fault itself; nothing is waited for.
        using var duration = new PeriodicTimer(lasted);
        await duration.WaitForNextTickAsync();
        await fault.End();
        var ended = Stopwatch.GetTimestamp();
        var task = TaskOf(load, ended);
        var sent = cluster.ClientOfB.Sessions.SendAsync(new() { SessionId = session, Content = "Say something.", Queue = true });
        var followed = Task.WhenAll(followers.Select(follower => Followed(follower, turns, ended)));
        await sent;
        return new Row(fault.Name, lasted, await task, (await followed).Max());
    }

    private async Task<TimeSpan> TaskOf(Load load, long ended)
    {
        var id = await load.Submit($"after-{Guid.NewGuid()}");
        var log = new TaskLog(cluster, id);
        await Eventually.IsTrue(log.Ended, s_patience, () => $"a task ends. {cluster.Logs()}");
        return Stopwatch.GetElapsedTime(ended);
    }

    private async Task<TimeSpan> Followed(Follower follower, int turns, long ended)
    {
        await Eventually.IsTrue(
            () => Task.FromResult(follower.Turns > turns), s_patience, () => $"{follower.Name} goes on. {cluster.Logs()}");
        return Stopwatch.GetElapsedTime(ended);
    }

    /// <summary>Every kind comes as often as the others; a short round has those of the database that are told apart last.</summary>
    private static IEnumerable<Fault> Plan(Random random, IReadOnlyList<Fault> faults, int count)
    {
        if (count == Short)
        {
            string[] kinds = ["disk full", "silent", "shut down", "too many"];
            return kinds.SelectMany(kind => faults.Where(fault => fault.Name.Contains(kind, StringComparison.Ordinal)).Take(1));
        }
        return Enumerable.Range(0, ((count - 1) / faults.Count) + 1)
            .SelectMany(_ => faults.OrderBy(_ => random.Next()).ToArray())
            .Take(count);
    }

    private void Report(int seed, List<Row> rows, Load load)
    {
        var table = new StringBuilder();
        table.Append(
            CultureInfo.InvariantCulture, $"KODA_FAULT_SEED={seed}, {rows.Count} faults, {load.Acknowledged.Count} tasks acknowledged\n");
        table.AppendLine(
            "fault                                            times   lasted   task: median  worst   followers: median  worst (s after the fault's end)"
        );
        foreach (var kind in rows.GroupBy(row => row.Name).Append<IEnumerable<Row>>(rows))
        {
            var name = kind is IGrouping<string, Row> group ? group.Key : "all";
            table.AppendLine(CultureInfo.InvariantCulture,
                $"{name,-48} {kind.Count(),5} {Median(kind.Select(row => row.Lasted)),8:f1} {Median(kind.Select(row => row.Task)),14:f1} {Worst(kind.Select(row => row.Task)),6:f1} {Median(kind.Select(row => row.Followers)),19:f1} {Worst(kind.Select(row => row.Followers)),6:f1}");
        }
        if (!cluster.HasDisk)
            table.AppendLine("Without a full disk: only root may give a test a disk of its own.");
        table.AppendLine(
            CultureInfo.InvariantCulture,
            $"later than {s_goal.TotalSeconds} s: {rows.Count(row => row.Task > s_goal || row.Followers > s_goal)}; load of the machine: {File.ReadAllText("/proc/loadavg").Trim()}"
        );
        output.WriteLine(table.ToString());
        if (Environment.GetEnvironmentVariable("KODA_FAULT_REPORT") is { Length: > 0 } file)
            File.WriteAllText(file, table.ToString());
    }

    private static double Median(IEnumerable<TimeSpan> times) => times.Order().ElementAt(times.Count() / 2).TotalSeconds;

    private static double Worst(IEnumerable<TimeSpan> times) => times.Max().TotalSeconds;

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static AgentDefinition Pulse() => new()
    {
        Model = "script",
        Mode = "primary",
        Provider = new ProviderDefinition { Kind = "offline", Options = """{"script": [{"text": "Something."}]}""" },
    };

    private sealed record Row(string Name, TimeSpan Lasted, TimeSpan Task, TimeSpan Followers);
}
