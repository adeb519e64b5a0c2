using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Rules;
using Koda.Worker.Audit.Scan;

namespace Koda.Worker.Audit.Project;

/// <summary>Judges what was found in files by what the whole project says.</summary>
/// <param name="project">The project, when all of it was seen.</param>
internal sealed class Judgement(ProjectFacts project)
{
    /// <summary>The finding, with what speaks against it.</summary>
    public Finding Of(Candidate candidate)
    {
        var finding = candidate.Finding;
        if (finding.Doubt is not null || !project.IsKnown)
            return finding;
        if (finding.Rule.Eased && project.Kind is ProjectKind.Library or ProjectKind.Tool && finding.Severity < Severity.P2)
            finding = finding with { Severity = Severity.P2 };
        return DoubtOf(candidate) is { } doubt ? finding with { Doubt = doubt } : finding;
    }

    private Doubt? DoubtOf(Candidate candidate)
    {
        var (finding, hit) = candidate;
        if ((hit.Rule.Deployed || hit.Source.Pattern.Deployed || hit.Rule.Nowhere is not null)
            && project.Kind is ProjectKind.Library or ProjectKind.Tool)
            return Doubt.NoApplication;
        if (project.IsKeyOfTests(finding.Path))
            return Doubt.NotShipped;
        if (hit.Rule.Protocol && (project.Asks(finding.Path) || hit.Rule.Kept?.IsMatch(hit.Statement) is false))
            return Doubt.Protocol;
        if (hit.Source.Pattern.Beside is { } beside && !project.Holds(finding.Path, beside))
            return Doubt.Harmless;
        if (hit.Rule.Begun && hit.IsWhole && project.Kind is ProjectKind.Tool)
            return Doubt.OwnCaller;
        if (hit.Rule.Quoted && hit.IsQuoted && finding.Origin is Origin.Parameter)
            return null;
        if (hit.Source.Pattern.AsksOrigin && hit.Source.Unreached.Contains(finding.Origin) && !IsReached(finding, hit))
            return Doubt.OwnCaller;
        return null;
    }

    // What a function is called back with was made elsewhere, and not by who calls it. What a server answers may be what others wrote.
    private bool IsReached(Finding finding, Hit hit) =>
        project.Serves(finding.Path, finding.Line)
        || (hit.Rule.Answered && project.Asks(finding.Path))
        || hit.Takers.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Any(taker => taker == Function.CalledBack || project.Reach.Holds(taker));
}
