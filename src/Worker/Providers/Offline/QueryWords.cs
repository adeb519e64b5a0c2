using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Offline;

/// <summary>The words of a query that say what it is about.</summary>
internal static partial class QueryWords
{
    private static readonly HashSet<string> s_common =
    [
        "about",
        "all",
        "and",
        "any",
        "application",
        "are",
        "audit",
        "can",
        "check",
        "code",
        "codebase",
        "describe",
        "does",
        "everything",
        "explain",
        "file",
        "files",
        "find",
        "for",
        "from",
        "get",
        "give",
        "has",
        "have",
        "how",
        "into",
        "issue",
        "issues",
        "its",
        "library",
        "list",
        "look",
        "me",
        "not",
        "our",
        "out",
        "package",
        "please",
        "problem",
        "problems",
        "program",
        "project",
        "read",
        "repo",
        "repository",
        "review",
        "scan",
        "search",
        "security",
        "service",
        "show",
        "summarise",
        "summarize",
        "tell",
        "that",
        "the",
        "their",
        "there",
        "this",
        "use",
        "used",
        "uses",
        "using",
        "violation",
        "violations",
        "vulnerabilities",
        "vulnerability",
        "was",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whole",
        "why",
        "will",
        "with",
        "work",
        "works",
        "you",
        "your",
    ];

    /// <summary>The distinct words of at least three letters that are not common ones, in lower case.</summary>
    public static IReadOnlyList<string> Of(string query) =>
        [
            .. Word()
                .Matches(query)
                .Select(match => match.Value.ToLowerInvariant())
                .Where(word => !s_common.Contains(word))
                .Distinct()
                .Take(12),
        ];

    [GeneratedRegex(@"[\p{L}_][\p{L}\p{N}_-]{2,}")]
    private static partial Regex Word();
}
