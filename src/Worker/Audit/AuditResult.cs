using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit;

/// <summary>What an audit found and saw.</summary>
/// <param name="Findings">Worst first, then by place.</param>
/// <param name="Doubtful">What something speaks against, in the same order: places to look at.</param>
/// <param name="Coverage">What was looked at.</param>
/// <param name="Rules">The rules that looked.</param>
/// <param name="Paths">The files.</param>
internal sealed record AuditResult(
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<Finding> Doubtful,
    Coverage Coverage,
    IReadOnlyList<Rule> Rules,
    IReadOnlyList<string> Paths);
