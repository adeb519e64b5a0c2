using System.Text;
using System.Text.RegularExpressions;
using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit.Scan;

/// <summary>Looks for what rules describe in files that are not code, line by line, and for credentials in all.</summary>
internal static partial class TextScan
{
    private const int LongestLine = 2000;

    /// <summary>What the rules find in lines, without comments. A line that goes on in the next is one.</summary>
    public static IEnumerable<Hit> Lines(string text, Language language, RuleIndex index)
    {
        var rules = index.Of(pattern => pattern.Line is not null);
        if (rules.Count == 0)
            yield break;
        foreach (var (start, line) in Logical(Comments.Blanked(text, language), language))
        {
            foreach (var rule in rules)
            {
                if (rule.Pattern.Line!.Match(line) is { Success: true } match && !(rule.Rule.Guard?.IsMatch(line) ?? false)
                    && (!rule.Rule.Secret || SecretText.LooksRandom(SecretIn(match))))
                {
                    yield return new Hit(rule, start + match.Index, start + match.Index + match.Length, line.Trim(), Origin.Constant);
                }
            }
        }
    }

    /// <summary>What the rules find anywhere, comments and strings included.</summary>
    public static IEnumerable<Hit> Anything(string text, RuleIndex index)
    {
        foreach (var rule in index.Of(pattern => pattern.Anything is not null))
        {
            foreach (Match match in rule.Pattern.Anything!.Matches(text))
            {
                if (!(rule.Rule.Guard?.IsMatch(match.Value) ?? false))
                    yield return new Hit(rule, match.Index, match.Index + match.Length, match.Value, Origin.Constant);
            }
        }
    }

    // A tag whose attributes go on in the next line.
    [GeneratedRegex(@"<(?:script|iframe)\b[^<>]*$", RegexOptions.IgnoreCase)]
    private static partial Regex OpenTag();

    private static string SecretIn(Match match) => match.Groups["secret"] is { Success: true } secret ? secret.Value : match.Value;

    private static IEnumerable<(int Start, string Line)> Logical(string text, Language language)
    {
        var joined = new StringBuilder();
        var start = 0;
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found : text.Length;
            var line = text.AsSpan(at, end - at).TrimEnd('\r');
            if (joined.Length == 0)
                start = at;
            var goesOn = language switch
            {
                Language.Dockerfile or Language.Sh => line.EndsWith("\\"),
                Language.Html => joined.Length < LongestLine && end < text.Length && OpenTag().IsMatch(joined.ToString() + line.ToString()),
                _ => false,
            };
            var content = goesOn && language is not Language.Html ? line[..^1] : line;
            // With spaces for what is left out, a place in it is as far from its beginning as in the file.
            if (joined.Length < LongestLine)
                joined.Append(content).Append(' ', goesOn ? Math.Min(end + 1, text.Length) - at - content.Length : 0);
            if (!goesOn)
            {
                yield return (start, joined.Length > LongestLine ? joined.ToString(0, LongestLine) : joined.ToString());
                joined.Clear();
            }
            at = end + 1;
        }
    }
}
