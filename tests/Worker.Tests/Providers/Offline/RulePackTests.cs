using System.Text.RegularExpressions;
using Koda.Worker.Providers.Offline;
using Koda.Worker.Providers.Offline.Security;
using Xunit;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Koda.Worker.Tests.Providers.Offline;

public sealed class RulePackTests
{
    private static readonly List<Sample> s_samples = ReadSamples();

    public static TheoryData<string, string, string> Bad => Data(sample => sample.Bad);

    public static TheoryData<string, string, string> Good => Data(sample => sample.Good);

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_a_rule_describes_is_found(string rule, string file, string text) => Assert.Contains(rule, Audit(file, text));

    [Theory]
    [MemberData(nameof(Good))]
    public void What_is_fine_is_left_alone(string rule, string file, string text) => Assert.DoesNotContain(rule, Audit(file, text));

    [Fact]
    public void Every_rule_has_samples_and_an_id_of_its_own()
    {
        var ids = RulePack.BuiltIn.Rules.Select(rule => rule.Id).ToList();
        Assert.Equal(ids.Distinct(), ids);
        Assert.Empty(ids.Except(s_samples.Where(sample => sample.Bad.Length > 0 && sample.Good.Length > 0).Select(sample => sample.Rule)));
        Assert.Empty(s_samples.Select(sample => sample.Rule).Except(ids));
    }

    [Fact]
    public void Every_search_is_understood_by_engines_without_backtracking()
    {
        foreach (var group in RulePack.BuiltIn.Groups)
            Assert.NotNull(new Regex(group.Pattern, RegexOptions.NonBacktracking));
    }

    [Theory]
    [InlineData("src/app.js", nameof(FileRole.Source))]
    [InlineData("test/app.js", nameof(FileRole.Test))]
    [InlineData("src/app.spec.ts", nameof(FileRole.Test))]
    [InlineData("docs/guide.md", nameof(FileRole.Documentation))]
    [InlineData("examples/app.js", nameof(FileRole.Example))]
    [InlineData("rollup.config.mjs", nameof(FileRole.Tooling))]
    [InlineData("lib/app.min.js", nameof(FileRole.Generated))]
    [InlineData("package-lock.json", nameof(FileRole.Generated))]
    [InlineData("dist/app.js", nameof(FileRole.Built))]
    public void The_path_tells_what_a_file_is_for(string path, string role) => Assert.Equal(role, FileFacts.Of(path).Role.ToString());

    // As the plan does it, with the lines of one file for the tools' answers.
    private static List<string> Audit(string file, string text)
    {
        var lines = text.Split('\n').Select((line, index) => new GrepLine(file, index + 1, line)).ToList();
        var read = new SortedDictionary<int, string>(lines.ToDictionary(line => line.Line, line => line.Text));
        var found = new List<string>();
        foreach (var group in RulePack.BuiltIn.Groups)
        {
            var pattern = new Regex(group.Pattern);
            found.AddRange(CandidateSearch.Find(group, [.. lines.Where(line => pattern.IsMatch(line.Text))], new WorkspaceFiles([file]))
                .Where(candidate => CandidateReview.Decide(candidate, read, []) is not null)
                .Select(candidate => candidate.Rule.Id));
        }
        return found;
    }

    private static TheoryData<string, string, string> Data(Func<Sample, string[]> texts)
    {
        var data = new TheoryData<string, string, string>();
        foreach (var sample in s_samples)
        {
            foreach (var text in texts(sample))
                data.Add(sample.Rule, sample.File, text.Replace("~", "", StringComparison.Ordinal));
        }
        return data;
    }

    private static List<Sample> ReadSamples()
    {
        var name = typeof(RulePackTests).Assembly.GetManifestResourceNames().Single(name => name.EndsWith("RuleSamples.yaml", StringComparison.Ordinal));
        using var text = new StreamReader(typeof(RulePackTests).Assembly.GetManifestResourceStream(name)!);
        return new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<List<Sample>>(text);
    }

    internal sealed class Sample
    {
        public required string Rule { get; init; }

        public required string File { get; init; }

        public string[] Bad { get; init; } = [];

        public string[] Good { get; init; } = [];
    }
}
