namespace Koda.Server.Engine.Tasks;

/// <summary>What moves a task from one state to another.</summary>
internal enum TaskTrigger
{
    /// <summary>A dispatcher takes the task for a worker.</summary>
    Claim,

    /// <summary>The attempt ended well.</summary>
    Complete,

    /// <summary>The attempt failed and no other will be made.</summary>
    Fail,

    /// <summary>The attempt failed and another will be made later.</summary>
    BackOff,

    /// <summary>The attempt was given back or lost; the task goes on with another one.</summary>
    Release,

    /// <summary>The attempt asks a person and gives its slot back.</summary>
    Suspend,

    /// <summary>The question was answered, or it expired.</summary>
    Answer,

    /// <summary>The pause after a failed attempt is over.</summary>
    RetryDue,

    /// <summary>A person stops the task for now.</summary>
    Pause,

    /// <summary>A person lets a paused task go on.</summary>
    Resume,

    /// <summary>A person ends the task.</summary>
    Cancel,

    /// <summary>A person has a failed or cancelled task done again.</summary>
    Retry,
}
