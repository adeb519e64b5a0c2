namespace Koda.Worker.Loop;

/// <summary>What becomes of a task's commands where they run without a sandbox.</summary>
internal enum UnconfinedCommands
{
    /// <summary>They run in one, or the rules and the person of a conversation decide.</summary>
    None,

    /// <summary>Each is asked about.</summary>
    Ask,

    /// <summary>The rules decide, since the worker was started to do so.</summary>
    Accept,
}
