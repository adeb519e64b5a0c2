namespace Koda.Server.Engine.Runs;

/// <summary>A run that is about to be stored.</summary>
internal sealed record NewRun(
    Guid Id, RunKind Kind, Guid StreamId, string AgentId, int AgentVersion, string Workspace, Guid? ParentId = null);

/// <summary>What a run is.</summary>
internal enum RunKind
{
    /// <summary>A task of its own, whose stream has its id.</summary>
    Task,

    /// <summary>A turn of a conversation.</summary>
    Turn,

    /// <summary>Work on a conversation's workspace that needs no model.</summary>
    Operation,
}
