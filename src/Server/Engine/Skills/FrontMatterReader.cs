using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Koda.Server.Engine.Skills;

/// <summary>Reads fields of a front matter and reports those that are not what they must be.</summary>
internal sealed class FrontMatterReader(YamlMappingNode root, Action<string, string> report)
{
    public string Text(string name, string absent = "")
    {
        if (Find(name) is not { } node)
            return absent;
        if (node is YamlScalarNode { Value: { } text })
            return text.Trim().Length == 0 ? absent : text.Trim();
        report(name, "must be a text");
        return absent;
    }

    public int Number(string name, int atLeast)
    {
        if (Find(name) is not { } node)
            return 0;
        if (node is YamlScalarNode { Value: { } text }
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= atLeast)
            return number;
        report(name, atLeast == 0 ? "must be a whole number that is not negative" : "must be a whole number");
        return 0;
    }

    /// <summary>A list of texts; one text alone is a list of one.</summary>
    public IReadOnlyList<string> List(string name)
    {
        switch (Find(name))
        {
            case null:
                return [];
            case YamlScalarNode { Value: { } one }:
                return [one];
            case YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode { Value.Length: > 0 }):
                return [.. list.Children.Select(item => ((YamlScalarNode)item).Value!)];
            default:
                report(name, "must be a list of texts");
                return [];
        }
    }

    public IReadOnlyList<SkillTrigger> Triggers(string name)
    {
        var triggers = new List<SkillTrigger>();
        foreach (var (pattern, index) in List(name).Select((pattern, index) => (pattern, index)))
        {
            if (SkillTrigger.TryParse(pattern, out var trigger, out var problem))
                triggers.Add(trigger);
            else
                report($"{name}[{index}]", problem);
        }
        return triggers;
    }

    /// <summary>The whole front matter as JSON.</summary>
    public string Json() => (Convert(root, depth: 0) ?? new JsonObject()).ToJsonString(EngineJson.Options);

    private YamlNode? Find(string name) =>
        root.Children.TryGetValue(new YamlScalarNode(name), out var node) && node is not YamlScalarNode { Value: null or "" } ? node : null;

    private JsonNode? Convert(YamlNode node, int depth)
    {
        const int deepest = 16;
        if (depth > deepest)
        {
            report("", "has front matter that is nested too deeply");
            return null;
        }
        return node switch
        {
            YamlMappingNode mapping => new JsonObject(mapping.Children
                .Where(pair => pair.Key is YamlScalarNode { Value: not null })
                .Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Convert(pair.Value, depth + 1)))),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(item => Convert(item, depth + 1))]),
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" } => true,
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "false" } => false,
            YamlScalarNode { Style: ScalarStyle.Plain } plain
                when long.TryParse(plain.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            YamlScalarNode scalar => scalar.Value,
            _ => null,
        };
    }
}
