using Koda.Worker.Audit.Code;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Koda.Worker.Audit.Rules;

/// <summary>The rules, and what is known of the languages that they read.</summary>
internal sealed class RulePack
{
    private const string Folder = "Koda.Worker.Audit.Rules.";
    private const string FlowFile = "flow.yaml";

    private static readonly Lazy<RulePack> s_builtIn = new(() => new RulePack());

    private RulePack()
    {
        var reader = new DeserializerBuilder()
            .WithNamingConvention(UnderscoredNamingConvention.Instance)
            .WithTypeConverter(new Words())
            .Build();
        var assembly = typeof(RulePack).Assembly;
        var names = assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToList();
        T Read<T>(string name)
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.Deserialize<T>(text);
        }
        Rules = [.. names.Where(name => name != Folder + FlowFile).SelectMany(Read<List<Rule>>)];
        Flow = Read<Dictionary<Language, FlowFacts>>(Folder + FlowFile);
        Indexes = Enum.GetValues<Language>().ToDictionary(language => language, language => new RuleIndex(Rules, language));
    }

    /// <summary>The rules that come with this build.</summary>
    public static RulePack BuiltIn => s_builtIn.Value;

    public IReadOnlyList<Rule> Rules { get; }

    /// <summary>What is known of each language that is read as code.</summary>
    public IReadOnlyDictionary<Language, FlowFacts> Flow { get; }

    /// <summary>The rules of each language, by what they look at.</summary>
    public IReadOnlyDictionary<Language, RuleIndex> Indexes { get; }

    private sealed class Words : IYamlTypeConverter
    {
        public bool Accepts(Type type) => type == typeof(Matcher) || type == typeof(Condition);

        public object ReadYaml(IParser parser, Type type, ObjectDeserializer rootDeserializer)
        {
            var text = parser.Consume<Scalar>().Value;
            return type == typeof(Matcher) ? new Matcher(text) : new Condition(text);
        }

        public void WriteYaml(IEmitter emitter, object? value, Type type, ObjectSerializer serializer) => throw new NotSupportedException();
    }
}
