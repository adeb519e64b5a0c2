namespace Koda.Server.Engine.Tasks;

/// <summary>What was asked of a task that cannot do it at once.</summary>
internal enum RequestedStop
{
    None,
    Pause,

    /// <summary>The agent stands still: the task is to be queued again.</summary>
    Requeue,
    Cancel,
}
