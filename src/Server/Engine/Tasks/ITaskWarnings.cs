using Koda.Server.Engine.Agents;

namespace Koda.Server.Engine.Tasks;

/// <summary>
/// What is to be said of a task while it is submitted, as far as the workers that may take it tell. Workers lie above tasks.
/// </summary>
internal interface ITaskWarnings
{
    ValueTask<IReadOnlyList<TaskWarning>> For(
        string agentId, AgentDefinition definition, string workspace, CancellationToken cancellationToken);
}
