using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit.Scan;

/// <summary>A place that a rule means.</summary>
/// <param name="Source">The rule, and the form of code that it found.</param>
/// <param name="Start">Where it begins in the file, in characters.</param>
/// <param name="End">Where it ends, exclusive.</param>
/// <param name="Code">The code, in the form whose hash is the fingerprint.</param>
/// <param name="Origin">The worst origin of what the rule speaks of.</param>
internal sealed record Hit(RulePattern Source, int Start, int End, string Code, Origin Origin)
{
    public Rule Rule => Source.Rule;

    /// <summary>The functions whose parameters the value is made of, as in <see cref="Value.Takers"/>.</summary>
    public string Takers { get; init; } = "";

    /// <summary>Whether a part that is not constant stands in quotes within the text.</summary>
    public bool IsQuoted { get; init; }

    /// <summary>Whether the value begins with what the caller sends, with nothing of the program's before it.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The statement that it stands in, behind the name of the function.</summary>
    public string Statement { get; init; } = "";

    /// <summary>Whether it happens only where an option asks for it.</summary>
    public bool IsSwitched { get; init; }
}

/// <summary>A finding, and what is needed to judge it when the whole project was seen.</summary>
/// <param name="Finding">What was found.</param>
/// <param name="Hit">The place.</param>
internal sealed record Candidate(Finding Finding, Hit Hit);
