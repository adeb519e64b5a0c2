namespace Koda.Worker.Audit.Project;

/// <summary>What a project is, from the least that is deployed to the most.</summary>
internal enum ProjectKind
{
    /// <summary>No manifest says it.</summary>
    Unknown,

    /// <summary>Other programs use it.</summary>
    Library,

    /// <summary>People run it from a command line.</summary>
    Tool,

    /// <summary>It is deployed.</summary>
    Application,
}
