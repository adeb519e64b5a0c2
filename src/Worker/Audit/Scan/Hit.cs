using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit.Scan;

/// <summary>A place that a rule means.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Start">Where it begins in the file, in characters.</param>
/// <param name="End">Where it ends, exclusive.</param>
/// <param name="Code">The code, in the form whose hash is the fingerprint.</param>
/// <param name="Origin">The worst origin of what the rule speaks of.</param>
internal sealed record Hit(Rule Rule, int Start, int End, string Code, Origin Origin);
