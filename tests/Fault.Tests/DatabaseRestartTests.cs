
namespace Koda.Fault.Tests;

[Collection(ClusterTests.Name)]
public sealed class DatabaseRestartTests(Cluster cluster)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Idle_servers_recover_from_a_killed_database_without_a_restart()
    {
        await cluster.AllRun();
        var before = (cluster.A.Id, cluster.B.Id);

        cluster.Postgres.Kill();
        await cluster.Postgres.Restart();
        await Task.WhenAll(cluster.A.Ready(), cluster.B.Ready());

        Assert.Equal(before, (cluster.A.Id, cluster.B.Id));
        Assert.True(cluster.A.Runs && cluster.B.Runs);
        await using var model = await ScriptedModel.Start(_ => new ScriptedAnswer("That is all.", Command: null));
        await AgentOf.Define(cluster.ClientOfA, "idle-restart", model);
        using var worker = cluster.StartWorker("idle-restart", cluster.A.Url);
        var task = await AgentOf.Submit(cluster.ClientOfB, "idle-restart", cluster.CreateWorkspace("idle-restart"));
        await new TaskLog(cluster, task.Id).Completed(cluster.ClientOfB);
    }

    [Fact]
    public async Task Feeds_through_both_servers_give_every_event_once_over_a_killed_database()
    {
        await cluster.AllRun();
        await using var model = await ScriptedModel.Start(step => step == 1
            ? new ScriptedAnswer("First this.", "true")
            : new ScriptedAnswer("It is done.", Command: null));
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        model.InTheMiddle = (step, gone) =>
            step == 2 && reached.TrySetResult() ? released.Task.WaitAsync(gone) : Task.CompletedTask;
        await AgentOf.Define(cluster.ClientOfA, "feed-restart", model);
        using var worker = cluster.StartWorker("feed-restart", cluster.A.Url);
        var task = await AgentOf.Submit(cluster.ClientOfA, "feed-restart", cluster.CreateWorkspace("feed-restart"));
        var feeds = new[] { cluster.ClientOfA, cluster.ClientOfB }
            .Select(client => client.Tasks.WatchAsync(task.Id).ToListAsync().AsTask()).ToArray();
        await reached.Task.WaitAsync(s_patience);

        cluster.Postgres.Kill();
        await cluster.Postgres.Restart();
        released.SetResult();

        var log = new TaskLog(cluster, task.Id);
        var events = await log.Completed(cluster.ClientOfA);
        foreach (var feed in feeds)
            Assert.Equal(events, await feed.WaitAsync(s_patience));
        Assert.Equal(1, model.Calls(1));
    }
}
