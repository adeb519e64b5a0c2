using System.Text.RegularExpressions;
using Koda.Worker.Audit.Code;

namespace Koda.Worker.Audit.Scan;

/// <summary>Tells whether somebody looked at a place before and wrote that it is meant.</summary>
internal static partial class Accepted
{
    private const int LinesBefore = 12;

    /// <summary>Whether a comment on the line, or before its statement, tells a checker to leave it, or gives the reason.</summary>
    /// <param name="places">The lines.</param>
    /// <param name="line">The line.</param>
    /// <param name="mayBeChosen">Whether there may be a good reason for it, as there is for some settings and for no injection.</param>
    public static bool At(Places places, int line, bool mayBeChosen)
    {
        bool IsMeant(string text) => Marker().IsMatch(text) || (mayBeChosen && Reason().IsMatch(text));
        if (IsMeant(places.Text(line)))
            return true;
        // Upwards to the beginning of the statement, which stands further left, and to what is said before it.
        var margin = places.Margin(line);
        for (var before = line - 1; before > 0 && before >= line - LinesBefore && places.Text(before).Length > 0; before--)
        {
            var isComment = Comment().IsMatch(places.Text(before));
            if (isComment && places.Margin(before) <= margin && IsMeant(places.Text(before)))
                return true;
            margin = isComment ? margin : Math.Min(margin, places.Margin(before));
        }
        return false;
    }

    [GeneratedRegex(@"^\s*(?://|#|\*|/\*)", RegexOptions.NonBacktracking)]
    private static partial Regex Comment();

    [GeneratedRegex(
        @"(?://|#|/\*)\s*(?:.*\s)?(?:nosec\b|nosemgrep|nolint\b|noqa: ?S\d|NOSONAR|lgtm ?\[|codeql ?\[|skipcq|eslint-disable\S*\s.*(?:security|no-eval|no-implied-eval|no-new-func|no-danger)|pragma: allowlist)",
        RegexOptions.NonBacktracking)]
    private static partial Regex Marker();

    // A reason, and not only what is done: "accept any certificate" is none.
    [GeneratedRegex(
        @"(?://|#|\*)\s*.*\b(?:because|as long as|we expect|loopback|worried|trust(?:ed)?|only (?:for|used|in|when) (?:debug|test|develop|local)\w*|to support|support$|compatib\w+|on purpose|intentional(?:ly)?|deliberate(?:ly)?|not (?:used )?(?:for|a) (?:security|secret|cryptograph\w+)|no security|(?:doesn't|does not|don't|do not) (?:\w+ )?matter|safe (?:here|to|as|since)|is (?:checked|verified|authenticated|signed|escaped|sanitized) (?:\w+ )?(?:above|below|before|elsewhere|by))\b",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Reason();
}
