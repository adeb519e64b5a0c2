namespace Koda.Server.Engine.Tasks;

/// <summary>What is known of the directories in which workers take work. Workers lie above tasks.</summary>
internal interface IServedWorkspaces
{
    /// <summary>Refuses a directory that no worker would ever work in.</summary>
    /// <exception cref="EngineException">WORKSPACE_NOT_SERVED.</exception>
    ValueTask Admit(string workspace, CancellationToken cancellationToken);
}
