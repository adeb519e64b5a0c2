namespace Koda.Fault.Tests;

/// <summary>What workers hold while the database is in trouble.</summary>
[Collection(ClusterTests.Name)]
public sealed class OutageTests(Cluster cluster)
{
    private static readonly TimeSpan s_outage = 4 * Cluster.Lease;

    [Fact]
    public async Task A_worker_stays_connected_and_keeps_its_attempt_over_an_outage_of_many_leases()
    {
        await cluster.AllRun();
        await using var model = await ScriptedModel.Start(step => step == 1
            ? new ScriptedAnswer("This takes a while.", "until test -e go; do sleep 0.1; done; echo once >> done")
            : new ScriptedAnswer("It is done.", Command: null));
        await AgentOf.Define(cluster.ClientOfA, "outage", model);
        using var worker = cluster.StartWorker("outage", cluster.A.Url);
        var workspace = cluster.CreateWorkspace("outage");
        var task = await AgentOf.Submit(cluster.ClientOfA, "outage", workspace);
        var log = new TaskLog(cluster, task.Id);
        await log.Has("tool.started");

        cluster.Postgres.Stop();
        // How long it lasts is the fault itself: the command ends in its midst, and what is to be told of it waits.
        using var half = new PeriodicTimer(s_outage / 2);
        await half.WaitForNextTickAsync();
        await File.WriteAllTextAsync(Path.Combine(workspace, "go"), "");
        await half.WaitForNextTickAsync();
        await cluster.Postgres.Restart();

        var events = await log.Completed(cluster.ClientOfB);
        Assert.Single(events, item => item.Kind == "task.started");
        Assert.Equal("once\n", await File.ReadAllTextAsync(Path.Combine(workspace, "done")));
        Assert.Equal((1, 1), (model.Calls(1), model.Calls(2)));
        Assert.DoesNotContain("The connection is gone", worker.EndOfLog(), StringComparison.Ordinal);
    }
}
