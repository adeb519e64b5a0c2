using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit;

/// <summary>Something to repair, or to look at.</summary>
/// <param name="Rule">What was found.</param>
/// <param name="Severity">How bad it is here.</param>
/// <param name="Path">The file, relative to the workspace.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1, in characters.</param>
/// <param name="Text">The line, with secrets redacted.</param>
/// <param name="Origin">Where the worst value comes from that the rule speaks of.</param>
/// <param name="Fingerprint"> Names the finding as long as its code stays: a hash of the rule, the path, the code without comments and
/// white space, and how many of the same come before it. Lines that are added or moved around it do not change it.
/// </param>
internal sealed record Finding(
    Rule Rule, Severity Severity, string Path, int Line, int Column, string Text, Origin Origin, string Fingerprint)
{
    /// <summary>What speaks against it. Null: nothing that was seen.</summary>
    public Doubt? Doubt { get; init; }

    /// <summary>How much the code says for it.</summary>
    public Confidence Confidence =>
        Doubt is not null ? Confidence.Low
        : Origin is Origin.Unknown or Origin.Parameter ? Confidence.Medium
        : Confidence.High;
}
