using System.Diagnostics;
using Koda.Client.Evidence;
using Koda.Protos.ControlPlane.V1;
using Koda.Testing;

namespace Koda.Fault.Tests;

/// <summary>What must hold of all tasks of an agent, whatever was broken meanwhile.</summary>
internal sealed class TaskChecks(Cluster cluster, string agent)
{
    public async Task<long> Unended() =>
        (await cluster.Query<long>("select count(*) from tasks where agent_id = $1 and finished_at is null", agent)).Single();

    /// <summary>Every acknowledged task is there and ended once, with every step once, and there is no other.</summary>
    public async Task NothingIsLost(Load load)
    {
        var stored = await cluster.Query<Guid>("select id from tasks where agent_id = $1 order by id", agent);
        var acknowledged = load.Acknowledged.Values.Select(id => TaskId.Parse(id)!.Value);
        Assert.Equal(acknowledged.Order(), stored.Order());
        foreach (var (key, id) in load.Acknowledged.Take(20))
            Assert.Equal(id, await load.Submit(key));
        Assert.Empty(await cluster.Query<string>(FaultsSql, agent));
        Assert.Equal([3L * stored.Length, 3L * stored.Length], await cluster.Query<long>(CallsSql, agent));
    }

    // What is counted by run and by day is what the log says, however often a report was sent.
    private const string CallsSql = """
        select sum(tool_calls)::bigint from runs where agent_id = $1
        union all
        select sum(tool_calls)::bigint from usage_days where agent_id = $1
        """;

    // Tasks that did not end exactly once, or whose log has a hole or a step twice.
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

    /// <summary>Runs <c>koda verify</c>.</summary>
    /// <returns>What it said.</returns>
    public async Task<string> EveryChainVerifies()
    {
        var start = new ProcessStartInfo("dotnet", [KodaProcess.Program(), "verify", "--url", cluster.A.Url.ToString()])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["KODA_TOKEN"] = cluster.OperatorToken;
        using var verify = Process.Start(start)!;
        var said = await verify.StandardOutput.ReadToEndAsync();
        await verify.WaitForExitAsync();
        Assert.True(verify.ExitCode == 0, said);
        return said;
    }

    /// <summary>An agent whose every task has four answers and three calls.</summary>
    public static AgentDefinition FourSteps() => new()
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
