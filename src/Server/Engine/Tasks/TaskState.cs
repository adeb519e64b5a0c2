namespace Koda.Server.Engine.Tasks;

/// <summary>Where a task stands. Surfaces map these totally to their own states.</summary>
internal enum TaskState
{
    /// <summary>Waits for a worker.</summary>
    Queued,

    /// <summary>An attempt is offered or held.</summary>
    Running,

    /// <summary>Ended with an output.</summary>
    Succeeded,

    /// <summary>Ended without one.</summary>
    Failed,

    /// <summary>Ended by a person.</summary>
    Cancelled,

    /// <summary>The last attempt failed; the task is queued again when its pause is over.</summary>
    Retrying,

    /// <summary>Stands still until a person resumes it.</summary>
    Paused,

    /// <summary>Stands still until an approval is answered or expires; without one, until the runs that it started have ended.</summary>
    Waiting,
}
