using System.Diagnostics;
using Koda.Testing;

namespace Koda.Fault.Tests;

/// <summary>What a killed worker leaves running: nothing.</summary>
[Collection(ClusterTests.Name)]
public sealed class OrphanTests(Cluster cluster)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_commands_of_a_killed_worker_end_with_it(bool sandbox)
    {
        await cluster.AllRun();
        // Every process that it starts inherits the lock, which is free when the last of them is gone. The second time there is nothing to
        // hold.
        await using var model = await ScriptedModel.Start(step =>
            step == 1
                ? new ScriptedAnswer(
                    "This takes a command.", "exec 9> lock; flock 9; [ -e again ] || { touch again; sleep 1000 & (sleep 1000; true); }")
                : new ScriptedAnswer("Done.", Command: null));
        var agent = sandbox ? "orphans-in-a-sandbox" : "orphans";
        await AgentOf.Define(cluster.ClientOfA, agent, model);
        var workspace = cluster.CreateWorkspace(agent);
        using var worker = cluster.StartWorker($"{agent}-1", cluster.A.Url, sandbox: sandbox);
        var task = await AgentOf.Submit(cluster.ClientOfA, agent, workspace);
        await Eventually.IsTrue(
            () => Task.FromResult(File.Exists(Path.Combine(workspace, "again")) && IsHeld(workspace)), "the command runs");

        worker.Kill();

        await Eventually.IsTrue(() => Task.FromResult(!IsHeld(workspace)), "the command and what it started are gone");
        await cluster.ClientOfA.Tasks.CancelAsync(task.Id);
    }

    private static bool IsHeld(string workspace)
    {
        using var flock = Process.Start("flock", ["-n", Path.Combine(workspace, "lock"), "true"]);
        flock.WaitForExit();
        return flock.ExitCode != 0;
    }
}
