
namespace Koda.Fault.Tests;

[Collection(ClusterTests.Name)]
public sealed class ApprovalTests(Cluster cluster)
{

    [Fact]
    public async Task An_answer_through_another_server_lets_the_task_go_on_although_its_worker_and_server_are_dead()
    {
        await cluster.AllRun();
        await using var model = await ScriptedModel.Start(step => step == 1
            ? new ScriptedAnswer("This needs a person.", "echo approved > answer")
            : new ScriptedAnswer("It is done.", Command: null));
        await AgentOf.Define(cluster.ClientOfA, "approval", model, asks: true);
        var workspace = cluster.CreateWorkspace("approval");
        using var asker = cluster.StartWorker("approval-1", cluster.A.Url);
        var task = await AgentOf.Submit(cluster.ClientOfA, "approval", workspace);
        var log = new TaskLog(cluster, task.Id);
        await log.Has("task.waiting");

        asker.Kill();
        cluster.A.Kill();
        using var other = cluster.StartWorker("approval-2", cluster.B.Url);
        var asked = (await cluster.ClientOfB.Tasks.GetAsync(task.Id)).ApprovalId;
        await cluster.ClientOfB.Approvals.AnswerAsync(new() { ApprovalId = asked, Decision = Runtime.ApprovalDecision.Approve });

        var events = await log.Completed(cluster.ClientOfB);
        Assert.Equal("approved\n", await File.ReadAllTextAsync(Path.Combine(workspace, "answer")));
        Assert.Equal((1, 1), (model.Calls(1), model.Calls(2)));
        var workers = events.Where(item => item.Kind == "task.started")
            .Select(item => TaskLog.Payload(item).GetProperty("worker_id").GetString());
        Assert.Equal(2, workers.Distinct().Count());
    }

    [Fact]
    public async Task A_question_outlives_the_database_and_both_servers()
    {
        await cluster.AllRun();
        await using var model = await ScriptedModel.Start(step => step == 1
            ? new ScriptedAnswer("This needs a person.", "echo approved > answer")
            : new ScriptedAnswer("It is done.", Command: null));
        await AgentOf.Define(cluster.ClientOfA, "approval-kept", model, asks: true);
        using var worker = cluster.StartWorker("approval-kept", cluster.B.Url);
        var task = await AgentOf.Submit(cluster.ClientOfA, "approval-kept", cluster.CreateWorkspace("approval-kept"));
        var log = new TaskLog(cluster, task.Id);
        await log.Has("task.waiting");

        cluster.A.Kill();
        cluster.B.Kill();
        cluster.Postgres.Kill();
        await cluster.AllRun();
        var asked = (await cluster.ClientOfA.Tasks.GetAsync(task.Id)).ApprovalId;
        await cluster.ClientOfA.Approvals.AnswerAsync(new() { ApprovalId = asked, Decision = Runtime.ApprovalDecision.Approve });

        await log.Completed(cluster.ClientOfB);
        Assert.Equal((1, 1), (model.Calls(1), model.Calls(2)));
    }
}
