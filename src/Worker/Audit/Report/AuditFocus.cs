using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit.Report;

/// <summary>What a query asks about in particular: subjects of rules, and places by their path.</summary>
internal sealed class AuditFocus
{
    private readonly List<string> _topics = [];
    private readonly List<string> _places = [];

    public AuditFocus(IReadOnlyList<string> words, AuditResult result)
    {
        var topics = result.Rules.SelectMany(rule => rule.Topics).ToHashSet(StringComparer.Ordinal);
        var unknown = new List<string>();
        foreach (var word in words)
        {
            var topic = new[] { word, word.TrimEnd('s'), $"{word}s" }.FirstOrDefault(topics.Contains);
            // A subject is a place only where one is called so: csp does not mean every csproj.
            if (result.Paths.Any(path =>
                    topic is null
                        ? path.Contains(word, StringComparison.OrdinalIgnoreCase)
                        : path.Split('/', '.', '-', '_').Contains(word, StringComparer.OrdinalIgnoreCase)))
                _places.Add(word);
            else if (topic is not null)
                _topics.Add(topic);
            else
                unknown.Add(word);
        }
        Unknown = unknown;
    }

    /// <summary>The words that neither a rule nor a path knows.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <summary>Whether the query names anything that the audit knows.</summary>
    public bool IsGiven => _topics.Count + _places.Count > 0;

    public string Description
    {
        get
        {
            var topics = string.Join(", ", _topics.Distinct());
            var places = string.Join(", ", _places.Select(place => $"*{place}*"));
            return _topics.Count > 0 && _places.Count > 0 ? $"{topics} in {places}" : topics + places;
        }
    }

    public bool Holds(Finding finding) => Holds(finding.Rule) && Holds(finding.Path);

    /// <summary>Whether a rule is about what is asked for.</summary>
    public bool Holds(Rule rule) => _topics.Count == 0 || rule.Topics.Intersect(_topics).Any();

    /// <summary>Whether a file lies where it is asked for.</summary>
    public bool Holds(string path) =>
        _places.Count == 0 || _places.Exists(place => path.Contains(place, StringComparison.OrdinalIgnoreCase));
}
