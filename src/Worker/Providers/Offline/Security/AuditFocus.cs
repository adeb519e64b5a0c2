namespace Koda.Worker.Providers.Offline.Security;

/// <summary>What a query asks about in particular: subjects of rules, and places by their path.</summary>
internal sealed class AuditFocus
{
    private readonly IReadOnlyList<string> _topics;
    private readonly IReadOnlyList<string> _places;

    public AuditFocus(Audit audit)
    {
        var words = QueryWords.Of(audit.Query);
        _places = [.. words.Where(word => audit.Files.Paths.Any(path => path.Contains(word, StringComparison.OrdinalIgnoreCase)))];
        _topics = [.. words.Except(_places).Select(word => Topic(word, audit.Tags)).OfType<string>().Distinct()];
    }

    /// <summary>Whether the query names anything that the audit knows.</summary>
    public bool IsGiven => _topics.Count + _places.Count > 0;

    public string Description
    {
        get
        {
            var topics = string.Join(", ", _topics);
            var places = string.Join(", ", _places.Select(place => $"*{place}*"));
            return _topics.Count > 0 && _places.Count > 0 ? $"{topics} in {places}" : topics + places;
        }
    }

    public bool Holds(Finding finding) =>
        (_topics.Count == 0 || finding.Rule.Tags.Intersect(_topics).Any())
        && (_places.Count == 0 || _places.Any(place => finding.Path.Contains(place, StringComparison.OrdinalIgnoreCase)));

    private static string? Topic(string word, IReadOnlySet<string> tags) =>
        new[] { word, word.TrimEnd('s'), $"{word}s" }.FirstOrDefault(tags.Contains);
}
