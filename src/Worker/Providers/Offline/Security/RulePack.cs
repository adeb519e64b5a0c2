using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Koda.Worker.Providers.Offline.Security;

/// <summary>Rules in groups, each searched by one call.</summary>
internal sealed class RulePack(IReadOnlyList<RuleGroup> groups)
{
    private const string Folder = "Koda.Worker.Providers.Offline.Security.Rules.";

    private static readonly Lazy<RulePack> s_builtIn = new(Load);

    /// <summary>The rules that come with this build.</summary>
    public static RulePack BuiltIn => s_builtIn.Value;

    public IReadOnlyList<RuleGroup> Groups { get; } = groups;

    public IEnumerable<SecurityRule> Rules => Groups.SelectMany(group => group.Rules);

    private static RulePack Load()
    {
        var assembly = typeof(RulePack).Assembly;
        var reader = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build();
        var groups = new List<RuleGroup>();
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal));
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
            groups.Add(new RuleGroup(Path.GetFileNameWithoutExtension(name[Folder.Length..]), reader.Deserialize<List<SecurityRule>>(text)));
        }
        return new RulePack(groups);
    }
}

/// <summary>Rules about one subject.</summary>
internal sealed record RuleGroup(string Name, IReadOnlyList<SecurityRule> Rules)
{
    /// <summary>
    /// One expression that finds every line that any of the rules wants to see. It goes without word boundaries, which make ripgrep a
    /// hundred times slower on text that is not ASCII; each rule checks them on the lines that were found.
    /// </summary>
    public string Pattern { get; } = string.Join(
        '|', Rules.SelectMany(rule => new[] { rule.Grep, rule.Nowhere }).OfType<string>().Distinct().Select(pattern => $"(?:{pattern})"))
        .Replace(@"\b", "", StringComparison.Ordinal);
}
