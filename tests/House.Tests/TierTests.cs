using System.Text.RegularExpressions;

namespace Koda.House.Tests;

/// <summary>
/// The engine's nouns lie in tiers, and an arrow points down only. What must travel upwards is declared below and implemented above.
/// </summary>
public sealed partial class TierTests
{
    private const string Engine = "src/Server/Engine/";

    // From below. Nouns of one group may use each other.
    private static readonly (string Group, string[] Nouns)[] s_groups =
    [
        ("Events", ["Events"]),
        ("Identity", ["Secrets", "Idempotency", "RateLimits", "Devices", "Principals", "Sessions", "Owners", "SetupCodes", "Audit"]),
        ("Providers", ["Providers", "Connections"]),
        ("Agents", ["Agents", "Skills", "Settings"]),
        ("Runs", ["Runs", "Approvals"]),
        ("Tasks", ["Tasks", "Attempts", "Artifacts"]),
        ("Conversations", ["Conversations", "Subagents"]),
        ("Dispatch", ["Dispatch", "Workers"]),
        ("Views", ["Overview", "Evidence", "Onboarding", "Readiness"]),
    ];

    private static readonly Dictionary<string, int> s_tierOf = s_groups
        .SelectMany((group, tier) => group.Nouns.Select(noun => (noun, tier)))
        .ToDictionary(pair => pair.noun, pair => pair.tier);

    [Fact]
    public void Every_noun_of_the_engine_has_its_tier() => Rule.Holds(
        "A new noun is put into the table of this test, as low as what it uses lets it lie.",
        SourceFile.Under(Engine).Select(NounOf).Where(noun => noun.Length > 0 && !s_tierOf.ContainsKey(noun)).Distinct());

    [Fact]
    public void A_noun_uses_only_what_lies_below_it_or_in_its_group() => Rule.Holds(
        "An arrow of the engine points down. What lies above implements an interface that is declared below.",
        SourceFile.Under(Engine).SelectMany(file => UsedBy(file)
            .Where(used => s_tierOf[used] > TierOf(file))
            .Select(used => $"{file.Path} uses {used}")));

    private static IEnumerable<string> UsedBy(SourceFile file) => NounUse()
        .Matches(file.Text)
        .Select(match => match.Groups[1].Value)
        .Where(s_tierOf.ContainsKey)
        .Distinct();

    // What lies beside the folders is used by all of them.
    private static int TierOf(SourceFile file) => s_tierOf.GetValueOrDefault(NounOf(file), -1);

    private static string NounOf(SourceFile file) =>
        file.Path[Engine.Length..].Split('/') is [var noun, _, ..] ? noun : "";

    // A using, or a name by its namespace, whole or from within the engine.
    [GeneratedRegex(@"(?:Koda\.Server\.Engine\.|(?<![\w.])(?:Engine\.)?)([A-Z]\w+)(?=;|\.[A-Z]\w+)")]
    private static partial Regex NounUse();
}
