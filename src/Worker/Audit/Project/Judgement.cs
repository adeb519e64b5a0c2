using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Scan;

namespace Koda.Worker.Audit.Project;

/// <summary>Judges what was found in files by what the whole project says.</summary>
/// <param name="project">The project, when all of it was seen.</param>
internal sealed class Judgement(ProjectFacts project)
{
    /// <summary>The finding, with what speaks against it.</summary>
    public Finding Of(Candidate candidate) =>
        candidate.Finding.Doubt is null && project.IsKnown && DoubtOf(candidate) is { } doubt
            ? candidate.Finding with { Doubt = doubt }
            : candidate.Finding;

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
        if (hit.Source.Pattern.AsksOrigin && hit.Rule.Unreached.Contains(finding.Origin) && !IsReached(finding.Path, hit))
            return Doubt.OwnCaller;
        return null;
    }

    // What a function is called back with was made elsewhere, and not by who calls it.
    private bool IsReached(string path, Hit hit) =>
        project.Serves(path)
        || hit.Takers.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Any(taker => taker == Function.CalledBack || project.Reach.Holds(taker));
}
