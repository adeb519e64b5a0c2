using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Workers;

/// <summary>
/// Says to who submits work whether its commands would run without a sandbox, as far as the connected workers tell. They are looked at at
/// most once a second, so that a submission costs the same.
/// </summary>
internal sealed class CommandWarnings(Database database, TimeProvider clock) : ITaskWarnings
{
    public const string Code = "worker.commands_unconfined";

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    // What the model says, and what the project says.
    private static readonly string[] s_running = ["bash", "lsp"];

    private sealed record Seen(IReadOnlyList<WorkerRecord> Workers, long At);

    private Seen? _seen;

    public async ValueTask<IReadOnlyList<TaskWarning>> For(
        string agentId, AgentDefinition definition, string workspace, CancellationToken cancellationToken)
    {
        if (!definition.Tools.Any(s_running.Contains))
            return [];
        if (_seen is not { } seen || clock.GetElapsedTime(seen.At) > s_fresh)
            _seen = seen = new Seen(await database.Read(WorkerStore.List, cancellationToken), clock.GetTimestamp());
        return Of([.. seen.Workers.Where(worker => worker.Takes(agentId, definition.Route, workspace)).Select(worker => worker.Commands)]);
    }

    /// <summary>What is to be said of work that one of these may take.</summary>
    public static IReadOnlyList<TaskWarning> Of(IReadOnlyList<WorkerCommands> workers)
    {
        if (workers.Count == 0 || workers.Any(worker => worker.Confined != false))
            return [];
        var why = string.Join(' ', workers.Select(worker => worker.Missing).Where(missing => missing.Length > 0).Distinct());
        var then = workers.All(worker => worker.Accepted)
            ? "They run by the agent's rules alone, since the worker was started with --unconfined-commands."
            : "In a task each of them is asked about, whatever the rules allow.";
        return [new TaskWarning(Code, $"No worker that could take this runs commands in a sandbox: {why} {then}")];
    }
}
