using Koda.Server.Engine.Skills;
using Xunit;

namespace Koda.Server.Tests.Engine.Skills;

public sealed class SkillParserTests
{
    [Fact]
    public void Everything_that_the_front_matter_says_is_read()
    {
        var file = SkillParser.Parse("deploy.md", """
            ---
            name: Deploy
            description: Ships it.
            aliases: [ship, "release it"]
            category: operations
            tags: [ops]
            version: 2.1.0
            triggers: ['\bdeploy\b', "(?<=to )production"]
            priority: -5
            max_tokens: 300
            instruction: Be careful.
            output_format_enforcement: One line.
            requires: [write-tests]
            conflicts: debug-failure
            owner: {team: core, since: 2024}
            ---
            # Steps

            Do it.
            """, SkillSource.Data);

        var skill = file.Skill!;
        Assert.Empty(file.Problems);
        Assert.Equal(
            ("deploy", "Deploy", "Ships it.", "operations", "2.1.0"),
            (skill.Id, skill.Name, skill.Description, skill.Category, skill.Version));
        Assert.Equal(
            (-5, 300, "Be careful.", "One line.", "# Steps\n\nDo it."),
            (skill.Priority, skill.MaxTokens, skill.Instruction, skill.OutputFormat, skill.Body));
        Assert.Equal(["ship", "release it"], skill.Aliases);
        Assert.Equal(["ops", "write-tests", "debug-failure"], [.. skill.Tags, .. skill.Requires, .. skill.Conflicts]);
        Assert.Contains("""owner":{"team":"core","since":2024}""", skill.FrontMatter, StringComparison.Ordinal);
        Assert.True(skill.IsTriggeredBy("Please DEPLOY it") && skill.IsTriggeredBy("go to production"));
        Assert.False(skill.IsTriggeredBy("redeployment"));
    }

    [Fact]
    public void A_file_without_front_matter_is_a_skill_that_is_always_attached()
    {
        var skill = SkillParser.Parse("house-rules.md", "Be kind.\n---\nAlways.", SkillSource.Data).Skill!;

        Assert.Equal(("house-rules", "house-rules", "1.0.0", "Be kind.\n---\nAlways."), (skill.Id, skill.Name, skill.Version, skill.Body));
        Assert.True(skill.IsTriggeredBy("anything"));
    }

    [Fact]
    public void Every_fault_is_named_at_once_and_the_file_is_no_skill()
    {
        var file = SkillParser.Parse(
            "bad.md",
            "---\nname: [a, b]\ntriggers: ['(open', ok]\npriority: high\nmax_tokens: -1\ntags: {a: b}\n---\nBody.",
            SkillSource.Data);

        Assert.Null(file.Skill);
        Assert.Equal(
            ["max_tokens", "name", "priority", "tags", "triggers[0]"],
            file.Problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("bad name.md", "Body.", "is not named")]
    [InlineData("empty.md", "---\nname: Empty\n---\n", "neither a body")]
    [InlineData("yaml.md", "---\nname: 'open\n---\nBody.", "no YAML")]
    [InlineData("flow.md", "---\nname: [\ntriggers: [\"(\"]\n---\nBody.", "not closed")]
    [InlineData("list.md", "---\n- one\n---\nBody.", "no mapping")]
    public void A_file_that_is_no_skill_says_why(string name, string text, string problem)
    {
        var file = SkillParser.Parse(name, text, SkillSource.Data);

        Assert.Null(file.Skill);
        Assert.Contains(problem, Assert.Single(file.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trigger_that_would_take_for_ever_does_not_match_and_does_not_hang()
    {
        Assert.True(SkillTrigger.TryParse(@"^(a+)+\1$", out var evil, out _));

        Assert.False(evil.Matches(new string('a', 40) + "!"));
    }

    [Fact]
    public void The_skills_that_koda_brings_are_right_and_triggered_by_what_they_are_for()
    {
        var catalog = new SkillCatalog(new SkillFolder("")).List();

        Assert.All(catalog, entry => Assert.Empty(entry.Problems));
        foreach (var (id, query) in new Dictionary<string, string>
        {
            ["code-review"] = "Review the last commit.",
            ["debug-failure"] = "The login test fails since Monday.",
            ["release-notes"] = "Write release notes for 2.0.",
            ["security-review"] = "Audit the auth service for CSP violations.",
            ["write-tests"] = "Add unit tests for the parser.",
        })
        {
            var skill = catalog.Single(entry => entry.Id == id).Skill!;
            Assert.True(skill.IsTriggeredBy(query), id);
            Assert.False(skill.IsTriggeredBy("Rename this method."), id);
            Assert.True(
                skill.MaxTokens == 0 || SkillPrompt.Tokens(skill with { MaxTokens = 0 }) <= skill.MaxTokens,
                $"{id} is cut: {SkillPrompt.Tokens(skill with { MaxTokens = 0 })}");
        }
    }
}
