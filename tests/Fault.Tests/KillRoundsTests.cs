using System.Diagnostics;
using System.Globalization;
using Koda.Testing;
using Xunit.Abstractions;

namespace Koda.Fault.Tests;

[Collection(ClusterTests.Name)]
public sealed class KillRoundsTests(Cluster cluster, ITestOutputHelper output)
{
    private const string SeedVariable = "KODA_FAULT_SEED";
    private const int Rounds = 50;
    private const string Agent = "kill-rounds";
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(1200);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Every_acknowledged_task_ends_once_whatever_is_killed()
    {
        var given = Environment.GetEnvironmentVariable(SeedVariable);
        var seed = given is null ? Random.Shared.Next() : int.Parse(given, CultureInfo.InvariantCulture);
        output.WriteLine($"{SeedVariable}={seed}");
        await cluster.AllRun();
        await cluster.ClientOfA.Agents.ApplyAsync(Agent, TaskChecks.FourSteps());
        using var worker1 = cluster.StartWorker("rounds-1", cluster.A.Url, slots: 8);
        using var worker2 = cluster.StartWorker("rounds-2", cluster.B.Url, slots: 8);

        var checks = new TaskChecks(cluster, Agent);
        using var stop = new CancellationTokenSource();
        var load = new Load([cluster.ClientOfA, cluster.ClientOfB], Agent, checks.Unended, TimeSpan.FromMilliseconds(150));
        var loading = load.Run(stop.Token);
        var started = Stopwatch.GetTimestamp();
        await Kill(new Random(seed), [cluster.A, cluster.B, worker1, worker2], loading);
        await stop.CancelAsync();
        await loading;
        output.WriteLine($"{Rounds} kills in {Stopwatch.GetElapsedTime(started).TotalSeconds:f0} s, {load.Acknowledged.Count} tasks");

        await cluster.AllRun();
        await Eventually.IsTrue(async () => await checks.Unended() == 0, s_patience, () => $"every task ended. {cluster.Logs()}");
        await checks.NothingIsLost(load);
        output.WriteLine(await checks.EveryChainVerifies());
    }

    private async Task Kill(Random random, KodaProcess[] programs, Task loading)
    {
        for (var round = 1; round <= Rounds; round++)
        {
            var before = await Ended();
            await Eventually.IsTrue(
                async () => loading.IsFaulted || await Ended() > before,
                s_patience, () => $"tasks end in round {round}. {cluster.Logs()}");
            Assert.False(loading.IsFaulted, loading.Exception?.ToString());
            // The moment of the kill is what is random here; nothing is waited for.
            using var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(random.Next(1, (int)s_longestWait.TotalMilliseconds)));
            await moment.WaitForNextTickAsync();
            var victim = random.Next(programs.Length + 1);
            if (victim == programs.Length)
            {
                cluster.Postgres.Kill();
                await cluster.Postgres.Restart();
                continue;
            }
            programs[victim].Kill();
            programs[victim].Start();
        }
    }

    private async Task<long> Ended() =>
        (await cluster.Query<long>("select count(*) from tasks where agent_id = $1 and state = 'succeeded'", Agent)).Single();
}
