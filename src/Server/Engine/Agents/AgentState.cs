namespace Koda.Server.Engine.Agents;

internal enum AgentState
{
    /// <summary>Never published.</summary>
    Draft,

    /// <summary>Published and taking work.</summary>
    Active,

    /// <summary>Published and taking none for now.</summary>
    Paused,

    /// <summary>Put away.</summary>
    Archived,

    /// <summary>Gone for everybody; the row stays for the tasks and versions that name it.</summary>
    Deleted,
}

/// <summary>What moves an agent from state to state.</summary>
internal enum AgentTrigger
{
    Publish,
    Activate,
    Pause,
    Archive,
    Delete,
}
