using Koda.Testing;

namespace Koda.Fault.Tests;

/// <summary>Where in a step the worker is killed.</summary>
public enum KillPoint
{
    /// <summary>In the middle of the model's answer.</summary>
    Streaming,

    /// <summary>As soon as the model's answer is recorded.</summary>
    Answered,

    /// <summary>While the tool runs, after it had its effect.</summary>
    InTool,
}

[Collection(ClusterTests.Name)]
public sealed class ResumeTests(Cluster cluster)
{
    private const int Steps = 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(KillPoint.Streaming)]
    [InlineData(KillPoint.Answered)]
    [InlineData(KillPoint.InTool)]
    public async Task A_worker_killed_at_every_step_costs_no_recorded_call_again(KillPoint point)
    {
        await cluster.AllRun();
        var agent = $"ten-steps-{point.ToString().ToLowerInvariant()}";
        var workspace = cluster.CreateWorkspace(agent);
        await using var model = await ScriptedModel.Start(Answer);
        await AgentOf.Define(cluster.ClientOfA, agent, model);
        KodaProcess[] workers = [cluster.StartWorker($"{agent}-1", cluster.A.Url), cluster.StartWorker($"{agent}-2", cluster.B.Url)];
        var held = HoldEveryStepOnce(model, point);
        if (point != KillPoint.Streaming)
            await File.WriteAllTextAsync(Path.Combine(workspace, "hold"), "");

        var task = await AgentOf.Submit(cluster.ClientOfB, agent, workspace);
        var log = new TaskLog(cluster, task.Id);
        for (var step = 1; step <= Steps && !await log.Ended(); step++)
        {
            if (point == KillPoint.InTool && step == Steps)
                break;
            await Reached(point, step, workspace, held, log);
            await KillHolder(log, workers);
            await File.WriteAllTextAsync(Path.Combine(workspace, $"free-{step}"), "");
        }

        var events = await log.Completed(cluster.ClientOfA);
        foreach (var worker in workers)
            worker.Dispose();
        Assert.Equal(Enumerable.Range(1, Steps), events.Where(item => item.Kind == "model.finished").Select(TaskLog.StepOf));
        Assert.Equal(Enumerable.Range(1, Steps - 1), events.Where(item => item.Kind == "tool.finished").Select(TaskLog.StepOf));
        Assert.All(Enumerable.Range(1, Steps), step => Assert.InRange(model.Calls(step), 1, 1 + LostBeforeAnswer(events, step)));
        var lines = await File.ReadAllLinesAsync(Path.Combine(workspace, "lines"));
        Assert.Equal(lines.Distinct(), lines);
        Assert.Superset(FinishedInTime(events), lines.ToHashSet());
    }

    // The command has its effect first and then stays for as long as the test wants to find it running.
    private static ScriptedAnswer Answer(int step) => step < Steps
        ? new ScriptedAnswer(
            $"This is what step {step} needs.", $"echo {step} >> lines; while [ -e hold ] && [ ! -e free-{step} ]; do sleep 0.02; done")
        : new ScriptedAnswer("All ten steps are done.", Command: null);

    private static Dictionary<int, TaskCompletionSource> HoldEveryStepOnce(ScriptedModel model, KillPoint point)
    {
        var reached = Enumerable.Range(1, Steps)
            .ToDictionary(step => step, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (point == KillPoint.Streaming)
        {
            model.InTheMiddle = (step, gone) => reached[step].TrySetResult() ? Task.Delay(Timeout.Infinite, gone) : Task.CompletedTask;
        }
        return reached;
    }

    private static Task Reached(
        KillPoint point, int step, string workspace, Dictionary<int, TaskCompletionSource> held, TaskLog log) => point switch
        {
            KillPoint.Streaming => held[step].Task.WaitAsync(s_patience),
            KillPoint.Answered => log.Has("model.finished", step),
            _ => Eventually.IsTrue(() => Task.FromResult(HasLine(workspace, step)), s_patience, () => $"step {step} runs its command"),
        };

    private static bool HasLine(string workspace, int step)
    {
        var file = Path.Combine(workspace, "lines");
        return File.Exists(file) && File.ReadLines(file).Contains($"{step}");
    }

    private static async Task KillHolder(TaskLog log, KodaProcess[] workers)
    {
        // The last answer may have ended the task already.
        if (await log.Holder() is not { } name)
            return;
        var holder = workers.Single(worker => worker.Name == name);
        holder.Kill();
        holder.Start();
    }

    /// <summary>How many attempts were lost while the answer to this step was what they waited for.</summary>
    private static int LostBeforeAnswer(IReadOnlyList<Runtime.Event> events, int step) => events
        .SkipWhile(item => step > 1 && !(item.Kind == "tool.finished" && TaskLog.StepOf(item) == step - 1))
        .TakeWhile(item => !(item.Kind == "model.finished" && TaskLog.StepOf(item) == step))
        .Count(item => item.Kind == "attempt.lost");

    /// <summary>The lines of those steps whose command was not interrupted.</summary>
    private static HashSet<string> FinishedInTime(IReadOnlyList<Runtime.Event> events) =>
        [.. events.Where(item => item.Kind == "tool.finished" && TaskLog.Payload(item).GetProperty("status").GetString() == "ok")
            .Select(item => $"{TaskLog.StepOf(item)}")];
}
