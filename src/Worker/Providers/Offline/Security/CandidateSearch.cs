using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Offline.Security;

/// <summary>Sorts the lines that the search tool found by the rules that mean them.</summary>
internal static partial class CandidateSearch
{
    public static IEnumerable<Candidate> Find(RuleGroup group, IReadOnlyList<GrepLine> lines, WorkspaceFiles workspace)
    {
        var files = lines.Select(line => line.Path).Distinct().ToDictionary(path => path, workspace.Of);
        foreach (var rule in group.Rules)
        {
            var found = lines.Where(line => Means(rule, line, files[line.Path])).Select(line => new Candidate(rule, line, files[line.Path]));
            if (rule.Nowhere is null)
            {
                foreach (var candidate in found)
                    yield return candidate;
            }
            else if (!lines.Any(line => files[line.Path].Role is not (FileRole.Documentation or FileRole.Test) && rule.IsRemedy(line.Text))
                && found.FirstOrDefault() is { } first)
            {
                yield return first;
            }
        }
    }

    private static bool Means(SecurityRule rule, GrepLine line, FileFacts file)
    {
        try
        {
            return AppliesTo(rule, file)
                && rule.Holds(line.Text)
                && (rule.Secret || !IsComment(line.Text, file))
                && (!rule.Entropy || SecretText.LooksRandom(rule.SecretIn(line.Text).Value));
        }
        catch (RegexMatchTimeoutException)
        {
            // A line that takes so long is not code that somebody wrote.
            return false;
        }
    }

    // Elsewhere than in sources only a leaked credential matters, wherever it stands.
    private static bool AppliesTo(SecurityRule rule, FileFacts file) => file.Role switch
    {
        FileRole.Generated or FileRole.Built => false,
        FileRole.Documentation or FileRole.Test => rule is { Secret: true, Severity: Severity.P0 },
        FileRole.Tooling => (rule.Secret || rule.Tags.Contains("tls") || rule.Tags.Contains("configuration")) && SpeaksOf(rule, file),
        _ => SpeaksOf(rule, file),
    };

    private static bool SpeaksOf(SecurityRule rule, FileFacts file) =>
        rule.Languages.Length == 0 ? file.Languages.Count > 0 || rule.Severity == Severity.P0 : rule.Languages.Intersect(file.Languages).Any();

    private static bool IsComment(string text, FileFacts file) =>
        file.Languages.Any(language => language is "py" or "config" or "env" or "dockerfile" or "nginx" or "sh")
            ? HashComment().IsMatch(text)
            : SlashComment().IsMatch(text);

    [GeneratedRegex(@"^\s*#")]
    private static partial Regex HashComment();

    [GeneratedRegex(@"^\s*(?://|/\*|\*(?!\w)|<!--|\{\{!|@\*)")]
    private static partial Regex SlashComment();
}
