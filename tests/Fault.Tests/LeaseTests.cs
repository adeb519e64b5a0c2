using Koda.Testing;

namespace Koda.Fault.Tests;

[Collection(ClusterTests.Name)]
public sealed class LeaseTests(Cluster cluster)
{
    private const int LargeText = 64 * 1024;
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Work_of_a_killed_worker_is_offered_again_within_its_lease_and_two_seconds()
    {
        await cluster.AllRun();
        await using var model = await ScriptedModel.Start(_ => new ScriptedAnswer("That is all.", Command: null));
        var reached = HoldFirstCall(model);
        await AgentOf.Define(cluster.ClientOfA, "offered-again", model);
        using var first = cluster.StartWorker("offered-again-1", cluster.A.Url);
        var task = await AgentOf.Submit(cluster.ClientOfA, "offered-again", cluster.CreateWorkspace("offered-again"));
        await reached.WaitAsync(s_patience);
        using var second = await Connected("offered-again-2", cluster.B);

        var killedAt = DateTimeOffset.UtcNow;
        first.Kill();

        var events = await new TaskLog(cluster, task.Id).Completed(cluster.ClientOfB);
        var again = events.Where(item => item.Kind == "task.started").ElementAt(1).Time.ToDateTimeOffset() - killedAt;
        Assert.True(again < Cluster.Lease + s_slack, $"It was offered again after {again}.");
    }

    [Fact]
    public async Task Reports_of_a_worker_that_slept_past_its_lease_are_refused_and_recorded()
    {
        await cluster.AllRun();
        await using var model = await ScriptedModel.Start(_ => new ScriptedAnswer(new string('x', LargeText), Command: null));
        var reached = HoldFirstCall(model, out var release);
        await AgentOf.Define(cluster.ClientOfA, "sleeper", model);
        await using var link = new HeldLink(cluster.A.Url);
        using var sleeper = cluster.StartWorker("sleeper-1", link.Url);
        var task = await AgentOf.Submit(cluster.ClientOfB, "sleeper", cluster.CreateWorkspace("sleeper"));
        var log = new TaskLog(cluster, task.Id);
        await reached.WaitAsync(s_patience);
        await log.Has("model.started");

        // The answer is on its way to the server when the worker is put to sleep.
        link.Hold();
        release();
        await Eventually.IsTrue(() => Task.FromResult(link.Kept > LargeText), s_patience, () => "the worker reports the answer");
        sleeper.Pause();
        using var other = cluster.StartWorker("sleeper-2", cluster.B.Url);
        await log.Completed(cluster.ClientOfB);
        sleeper.Continue();
        link.LetThrough();

        await log.Has("security.report_refused");
        var events = await log.Completed(cluster.ClientOfA);
        Assert.NotEqual(1, Assert.Single(events, item => item.Kind == "model.finished").Attempt);
        var outcomes = await cluster.Query<string>("select outcome from attempts where task_id = $1 order by number", log.Id);
        // The sleeper, still connected, may be offered the task once more before the other worker takes it.
        Assert.Equal(["lease_expired", "succeeded"], outcomes.Where(outcome => outcome != "offer_expired"));
    }

    private static Task HoldFirstCall(ScriptedModel model) => HoldFirstCall(model, out _);

    private static Task HoldFirstCall(ScriptedModel model, out Action release)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        model.InTheMiddle = (_, gone) => reached.TrySetResult() ? released.Task.WaitAsync(gone) : Task.CompletedTask;
        release = released.SetResult;
        return reached.Task;
    }

    private async Task<KodaWorkerProcess> Connected(string name, KodaServerProcess server)
    {
        var worker = cluster.StartWorker(name, server.Url);
        await Eventually.IsTrue(
            async () => (await cluster.Query<bool>("select exists (select from workers where name = $1)", name)).Single(),
            s_patience, () => $"{name} is connected. {cluster.Logs()}");
        return worker;
    }
}
