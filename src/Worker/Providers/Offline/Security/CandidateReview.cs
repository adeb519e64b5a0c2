using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Offline.Security;

/// <summary>Decides on candidates with the lines around them.</summary>
internal static partial class CandidateReview
{
    private const int InputDistance = 8;

    /// <summary>The finding, or null when the lines around it say that there is none, or were needed and not read.</summary>
    /// <param name="candidate">What was found.</param>
    /// <param name="lines">The lines of the file that were read. Null: none were.</param>
    /// <param name="secrets">The rules that say what to redact.</param>
    public static Finding? Decide(Candidate candidate, SortedDictionary<int, string>? lines, IEnumerable<SecurityRule> secrets)
    {
        var (rule, line, file) = candidate;
        if (rule.Near is { } near && (lines is null || !near.Hold(Around(lines, line.Line, near.Lines))))
            return null;
        if (!rule.Secret && lines is not null && IsInBlockComment(lines, line.Line))
            return null;

        var around = lines is null ? line.Text : Around(lines, line.Line, InputDistance);
        var isInputNear = rule.Input == "raises" && RequestInput().IsMatch(around);
        var severity = Lowered(rule.Severity, file.Role);
        if (isInputNear && severity > Severity.P0)
            severity--;
        return new Finding(rule, severity, line.Path, line.Line, SecretText.Redact(line.Text.Trim(), secrets), isInputNear);
    }

    private static Severity Lowered(Severity severity, FileRole role)
    {
        var steps = role switch
        {
            FileRole.Example or FileRole.Tooling or FileRole.Documentation => 1,
            FileRole.Test => 2,
            _ => 0,
        };
        return (Severity)Math.Min((int)severity + steps, (int)Severity.P3);
    }

    private static string Around(SortedDictionary<int, string> lines, int line, int distance) =>
        string.Join('\n', Enumerable.Range(line - distance, 2 * distance + 1).Select(number => lines.GetValueOrDefault(number, "")));

    // Looks back to the nearest mark of a block comment; one that begins before the lines that were read is not seen.
    private static bool IsInBlockComment(SortedDictionary<int, string> lines, int line)
    {
        for (var number = line - 1; lines.TryGetValue(number, out var text); number--)
        {
            if (text.Contains("*/", StringComparison.Ordinal) || text.Contains("-->", StringComparison.Ordinal))
                return false;
            if (CommentStart().IsMatch(text))
                return true;
        }
        return false;
    }

    [GeneratedRegex(@"^\s*(?:/\*|<!--)")]
    private static partial Regex CommentStart();

    [GeneratedRegex(@"\b(?:req|request|ctx|context\.request)\.(?:query|params|body|headers|cookies|url|args|form|values|json|GET|POST|files)\b|\bevent\.(?:queryStringParameters|body)|\bRequest\.(?:Query|Form|Headers|Cookies|RouteValues|Body)\b|\[From(?:Query|Body|Route|Form)\]|\br\.(?:URL\.Query|FormValue|PostFormValue|Body)\b|\bc\.(?:Query|Param|PostForm)\(|\blocation\.(?:search|hash|href)\b|\bURLSearchParams\b|\bsys\.argv\b")]
    private static partial Regex RequestInput();
}
