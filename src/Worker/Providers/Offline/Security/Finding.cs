namespace Koda.Worker.Providers.Offline.Security;

/// <summary>A line that a rule means, before what is around it was looked at.</summary>
internal sealed record Candidate(SecurityRule Rule, GrepLine Line, FileFacts File)
{
    /// <summary>Whether the lines around it decide.</summary>
    public bool NeedsReading => Rule.Near is not null || Rule.Input is not null || Rule.Severity <= Severity.P1;
}

/// <summary>Something to repair.</summary>
/// <param name="Rule">What was found.</param>
/// <param name="Severity">How bad it is here.</param>
/// <param name="Path">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Text">The line, with secrets redacted.</param>
/// <param name="IsInputNear">Whether something that a caller sent is used near it.</param>
internal sealed record Finding(SecurityRule Rule, Severity Severity, string Path, int Line, string Text, bool IsInputNear);
