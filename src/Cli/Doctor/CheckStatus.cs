namespace Koda.Cli.Doctor;

/// <summary>How a checked thing stands.</summary>
internal enum CheckStatus
{
    Ok,

    /// <summary>Koda works, with less.</summary>
    Warning,

    /// <summary>Koda does not work without it.</summary>
    Failed,
}
