using System.Diagnostics;
using System.Globalization;
using Koda.Client.Evidence;
using Koda.Protos.ControlPlane.V1;
using Koda.Testing;
using Xunit.Abstractions;

namespace Koda.Fault.Tests;

[Collection(ClusterTests.Name)]
public sealed class KillRoundsTests(Cluster cluster, ITestOutputHelper output)
{
    private const string SeedVariable = "KODA_FAULT_SEED";
    private const int Rounds = 50;
    private const string Agent = "kill-rounds";
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(1200);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Every_acknowledged_task_ends_once_whatever_is_killed()
    {
        var given = Environment.GetEnvironmentVariable(SeedVariable);
        var seed = given is null ? Random.Shared.Next() : int.Parse(given, CultureInfo.InvariantCulture);
        output.WriteLine($"{SeedVariable}={seed}");
        await cluster.AllRunAsync();
        await cluster.ClientOfA.Agents.ApplyAsync(Agent, FourSteps());
        using var worker1 = cluster.StartWorker("rounds-1", cluster.A.Url, slots: 8);
        using var worker2 = cluster.StartWorker("rounds-2", cluster.B.Url, slots: 8);

        using var stop = new CancellationTokenSource();
        var load = new Load([cluster.ClientOfA, cluster.ClientOfB], Agent, UnendedAsync);
        var loading = load.RunAsync(stop.Token);
        var started = Stopwatch.GetTimestamp();
        await KillAsync(new Random(seed), [cluster.A, cluster.B, worker1, worker2], loading);
        await stop.CancelAsync();
        await loading;
        output.WriteLine($"{Rounds} kills in {Stopwatch.GetElapsedTime(started).TotalSeconds:f0} s, {load.Acknowledged.Count} tasks");

        await cluster.AllRunAsync();
        await Eventually.IsTrue(async () => await UnendedAsync() == 0, Patience, () => $"every task ended. {cluster.Logs()}");
        await AllTasksAreAcknowledgedOnesAsync(load);
        Assert.Empty(await FaultsAsync());
        await EveryChainVerifiesAsync();
    }

    private async Task KillAsync(Random random, KodaProcess[] programs, Task loading)
    {
        for (var round = 1; round <= Rounds; round++)
        {
            var before = await EndedAsync();
            await Eventually.IsTrue(
                async () => loading.IsFaulted || await EndedAsync() > before,
                Patience, () => $"tasks end in round {round}. {cluster.Logs()}");
            Assert.False(loading.IsFaulted, loading.Exception?.ToString());
            // The moment of the kill is what is random here; nothing is waited for.
            using var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(random.Next(1, (int)LongestWait.TotalMilliseconds)));
            await moment.WaitForNextTickAsync();
            var victim = random.Next(programs.Length + 1);
            if (victim == programs.Length)
            {
                cluster.Postgres.Kill();
                await cluster.Postgres.RestartAsync();
                continue;
            }
            programs[victim].Kill();
            programs[victim].Start();
        }
    }

    private async Task<long> EndedAsync() =>
        (await cluster.QueryAsync<long>("select count(*) from tasks where agent_id = $1 and state = 'succeeded'", Agent)).Single();

    private async Task<long> UnendedAsync() =>
        (await cluster.QueryAsync<long>("select count(*) from tasks where agent_id = $1 and finished_at is null", Agent)).Single();

    private async Task AllTasksAreAcknowledgedOnesAsync(Load load)
    {
        var stored = await cluster.QueryAsync<Guid>("select id from tasks where agent_id = $1 order by id", Agent);
        var acknowledged = load.Acknowledged.Values.Select(id => TaskId.Parse(id)!.Value);
        Assert.Equal(acknowledged.Order(), stored.Order());
        foreach (var (key, id) in load.Acknowledged.Take(20))
            Assert.Equal(id, await load.SubmitAsync(key));
    }

    private const string FaultsSql = """
        with submitted as (
            select id, stream_id, state from tasks where agent_id = $1
        ), told as (
            select submitted.id, count(*) as events, min(seq) as first_seq, max(seq) as last_seq,
                count(*) filter (where kind = 'task.completed') as completed,
                count(*) filter (where kind = 'model.finished') as answers,
                count(distinct payload::json ->> 'step') filter (where kind = 'model.finished') as steps,
                count(*) filter (where kind = 'tool.finished') as results,
                count(distinct payload::json ->> 'call_id') filter (where kind = 'tool.finished') as calls
            from submitted join events on events.stream_id = submitted.stream_id
            group by submitted.id
        ), tried as (
            select submitted.id, count(*) filter (where outcome = 'succeeded') as succeeded,
                count(*) filter (where ended_at is null) as held
            from submitted join attempts on attempts.task_id = submitted.id
            group by submitted.id
        )
        select row_to_json(found)::text
        from (
            select submitted.state, told.*, tried.succeeded, tried.held, streams.head_seq
            from submitted
            join streams on streams.id = submitted.stream_id
            left join told on told.id = submitted.id
            left join tried on tried.id = submitted.id
        ) as found
        where (state, first_seq, last_seq, events, completed, answers, steps, results, calls, succeeded, held)
            is distinct from
                ('succeeded', 1::bigint, head_seq, head_seq, 1::bigint, 4::bigint, 4::bigint, 3::bigint, 3::bigint, 1::bigint, 0::bigint)
        """;

    /// <summary>Tasks that did not end exactly once, or whose log has a hole or a step twice.</summary>
    private Task<string[]> FaultsAsync() => cluster.QueryAsync<string>(FaultsSql, Agent);

    private async Task EveryChainVerifiesAsync()
    {
        var start = new ProcessStartInfo("dotnet", [KodaProcess.Program(), "verify", "--url", cluster.A.Url.ToString()])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["KODA_TOKEN"] = cluster.OperatorToken;
        using var verify = Process.Start(start)!;
        var said = await verify.StandardOutput.ReadToEndAsync();
        await verify.WaitForExitAsync();
        output.WriteLine(said);
        Assert.True(verify.ExitCode == 0, said);
    }

    private static AgentDefinition FourSteps() => new()
    {
        Model = "script",
        Tools = { "list", "glob" },
        Provider = new ProviderDefinition
        {
            Kind = "offline",
            Options = """
                {"script": [
                    {"delay_ms": 20, "tool_calls": [{"tool": "list", "arguments": {}}]},
                    {"delay_ms": 20, "tool_calls": [{"tool": "glob", "arguments": {"pattern": "*.none"}}]},
                    {"delay_ms": 20, "tool_calls": [{"tool": "glob", "arguments": {"pattern": "*.never"}}]},
                    {"text": "done"}
                ]}
                """,
        },
    };
}
