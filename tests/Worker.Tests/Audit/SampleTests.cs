using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Rules;
using Xunit;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Koda.Worker.Tests.Audit;

/// <summary>Each rule with code that has its fault, and code that does the same safely: see the files in <c>Samples</c>.</summary>
public sealed class SampleTests
{
    private static readonly List<Sample> s_samples = Read();

    public static TheoryData<string, string, string> Bad => Data(sample => sample.Bad);

    public static TheoryData<string, string, string> Good => Data(sample => sample.Good);

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_fault_is_found_once(string rule, string file, string text) =>
        Assert.Equal([rule], await Audits.Rules(file, text));

    [Theory]
    [MemberData(nameof(Good))]
    public async Task Its_safe_twin_is_left_alone(string rule, string file, string text)
    {
        _ = rule;
        Assert.Empty(await Audits.Rules(file, text));
    }

    [Fact]
    public void Every_rule_has_an_id_of_its_own_and_a_sample()
    {
        var ids = RulePack.BuiltIn.Rules.Select(rule => rule.Id).ToList();
        Assert.Equal(ids.Distinct(), ids);
        Assert.Equal(ids.Order(), s_samples.Select(sample => sample.Rule).Distinct().Order());
    }

    [Theory]
    [InlineData(nameof(Language.Js))]
    [InlineData(nameof(Language.Py))]
    [InlineData(nameof(Language.Cs))]
    [InlineData(nameof(Language.Go))]
    public void Every_expression_is_matched_in_linear_time(string language)
    {
        // Longer than what is matched in the other way; only the engine without backtracking is asked, and it takes no other expressions.
        var text = new string('x', 4096);
        foreach (var pattern in RulePack.BuiltIn.Indexes[Enum.Parse<Language>(language)].All)
        {
            foreach (
                var matcher in new[]
                {
                    pattern.Rule.Safe,
                    pattern.Rule.Guard,
                    pattern.Rule.Nowhere,
                    pattern.Pattern.Near,
                    pattern.Pattern.Text,
                    pattern.Pattern.Expression,
                    pattern.Pattern.Anything,
                })
                matcher?.IsMatch(text);
            foreach (var condition in pattern.Pattern.Where.Values)
                condition.Holds(text);
        }
    }

    private static TheoryData<string, string, string> Data(Func<Sample, string> text)
    {
        var data = new TheoryData<string, string, string>();
        foreach (var sample in s_samples)
            data.Add(
                sample.Rule,
                sample.File,
                text(sample).Replace("~~", "\0", StringComparison.Ordinal).Replace("~", "", StringComparison.Ordinal).Replace('\0', '~'));
        return data;
    }

    private static List<Sample> Read()
    {
        var assembly = typeof(SampleTests).Assembly;
        var reader = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build();
        return
        [
            .. assembly.GetManifestResourceNames().Where(name => name.Contains(".Samples.", StringComparison.Ordinal)).SelectMany(name =>
            {
                using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.Deserialize<List<Sample>>(text);
            }),
        ];
    }

    internal sealed class Sample
    {
        public required string Rule { get; init; }

        public required string File { get; init; }

        public required string Bad { get; init; }

        public required string Good { get; init; }
    }
}
