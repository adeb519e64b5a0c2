using Koda.Worker.Audit.Code;

namespace Koda.Worker.Audit.Rules;

/// <summary>A form of code with the rule that means it.</summary>
internal sealed record RulePattern(Rule Rule, Pattern Pattern)
{
    /// <summary>The origins of a value that count only where a stranger is seen to reach it.</summary>
    public IReadOnlyList<Origin> Unreached => Pattern.Unreached.Length > 0 ? Pattern.Unreached : Rule.Unreached;
}

/// <summary>The rules of one language, by what they look at.</summary>
internal sealed class RuleIndex
{
    private const string Every = "**";

    private readonly Dictionary<string, List<(string Name, RulePattern Rule)>> _calls = [];
    private readonly Dictionary<string, List<(string Name, RulePattern Rule)>> _mentions = [];
    private readonly Dictionary<string, List<(string Name, RulePattern Rule)>> _properties = [];
    private readonly List<(Matcher Name, RulePattern Rule)> _namedProperties = [];

    public RuleIndex(IEnumerable<Rule> rules, Language language)
    {
        All =
        [
            .. rules.SelectMany(rule =>
                rule.Find.Where(pattern => pattern.In.Contains(language)).Select(pattern => new RulePattern(rule, pattern))),
        ];
        foreach (var rule in All)
        {
            AddAll(_calls, rule.Pattern.Call, rule);
            AddAll(_mentions, rule.Pattern.Mention, rule);
            AddAll(_properties, rule.Pattern.Property.Where(name => !name.StartsWith('/')), rule);
            _namedProperties.AddRange(
                rule.Pattern.Property.Where(name => name.StartsWith('/')).Select(name => (new Matcher(name.Trim('/')), rule)));
        }
    }

    public IReadOnlyList<RulePattern> All { get; }

    public IReadOnlyList<RulePattern> Of(Func<Pattern, bool> kind) => [.. All.Where(rule => kind(rule.Pattern))];

    /// <summary>Whether a name that ends so may be one that is meant.</summary>
    public bool MayBeMentioned(string last) => _mentions.ContainsKey(last);

    public IEnumerable<RulePattern> Calls(string name) =>
        Named(_calls, name).Concat(_calls.TryGetValue(Every, out var every) ? every.Select(each => each.Rule) : []);

    public IEnumerable<RulePattern> Mentions(string name) => Named(_mentions, name);

    public IEnumerable<RulePattern> Properties(string name)
    {
        var last = Names.LastOf(name);
        return Named(_properties, last).Concat(_namedProperties.Where(each => each.Name.IsMatch(last)).Select(each => each.Rule));
    }

    private static IEnumerable<RulePattern> Named(Dictionary<string, List<(string Name, RulePattern Rule)>> index, string name) =>
        index.TryGetValue(Names.LastOf(name), out var found) ? found.Where(each => Means(each.Name, name)).Select(each => each.Rule) : [];

    // "*.b" wants a receiver; a name with a dot may stand behind more of it, as namespaces do.
    private static bool Means(string pattern, string name) =>
        pattern == name
        || (pattern.StartsWith("*.", StringComparison.Ordinal) && name.EndsWith(pattern[1..], StringComparison.Ordinal))
        || (
            pattern.StartsWith("?.", StringComparison.Ordinal)
            && (name == pattern[2..] || name.EndsWith(pattern[1..], StringComparison.Ordinal)));

    private static void AddAll(Dictionary<string, List<(string Name, RulePattern Rule)>> index, IEnumerable<string> names, RulePattern rule)
    {
        foreach (var name in names)
        {
            var last = name == Every ? Every : Names.LastOf(name);
            if (!index.TryGetValue(last, out var list))
                index[last] = list = [];
            list.Add((name, rule));
        }
    }
}
