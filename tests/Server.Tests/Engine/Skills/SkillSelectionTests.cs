using Koda.Server.Engine.Skills;
using Xunit;

namespace Koda.Server.Tests.Engine.Skills;

public sealed class SkillSelectionTests
{
    [Fact]
    public void What_the_query_triggers_stands_by_priority_and_the_rest_is_left_out()
    {
        var selection = Select(
            ["*"],
            "deploy now",
            Skill("always", 1),
            Skill("late", 0, triggers: "deploy"),
            Skill("first", 9, triggers: "DEPLOY"),
            Skill("other", 5, triggers: "test"));

        Assert.Equal("first:triggered always:always late:triggered", Attached(selection));
        Assert.Equal([new LeftOutSkill("other", "not_triggered")], selection.LeftOut);
    }

    [Fact]
    public void Only_what_the_agent_names_is_attached_by_id_or_alias_in_any_case()
    {
        var selection = Select(["ONE", "zwei", "three"], "", Skill("one"), Skill("two") with { Aliases = ["Zwei"] }, Skill("four"));

        Assert.Equal("one:always two:always", Attached(selection));
        Assert.Equal([new LeftOutSkill("three", "not_found")], selection.LeftOut);
    }

    [Fact]
    public void Requirements_come_along_however_far_even_in_a_circle_and_whatever_triggers_them()
    {
        var selection = Select(
            ["a"], "", Skill("a", 3, requires: "b"), Skill("b", 2, requires: "c", triggers: "never"), Skill("c", 1, requires: "a"));

        Assert.Equal("a:always b:required c:required", Attached(selection));
    }

    [Fact]
    public void A_skill_whose_requirement_is_missing_is_left_out_with_all_that_it_would_bring()
    {
        var selection = Select(["a"], "", Skill("a", requires: "b"), Skill("b", requires: "gone"));

        Assert.Empty(selection.Attached);
        Assert.Equal([new LeftOutSkill("a", "requires gone")], selection.LeftOut);
    }

    [Fact]
    public void Of_two_that_conflict_the_one_of_higher_priority_is_attached_whichever_says_so()
    {
        var low = Skill("low", 1, conflicts: "high");
        var high = Skill("high", 2);
        var friend = Skill("friend", 0, requires: "low");

        var selection = Select(["*"], "", low, high, friend);

        Assert.Equal("high:always", Attached(selection));
        Assert.Equal(
            [new LeftOutSkill("low", "conflicts_with high"), new LeftOutSkill("friend", "conflicts_with high")], selection.LeftOut);
    }

    [Fact]
    public void What_has_no_room_is_left_out_and_smaller_ones_still_fit()
    {
        var big = new string('x', SkillSelection.MaxTokens * 3);

        var selection = Select(["*"], "", Skill("one", 3) with { Body = big }, Skill("two", 2) with { Body = big }, Skill("small", 1));

        Assert.Equal("one:always small:always", Attached(selection));
        Assert.Equal([new LeftOutSkill("two", "no_room")], selection.LeftOut);
    }

    [Fact]
    public void A_skill_with_a_limit_is_cut_at_a_line()
    {
        var skill = Skill("long") with { MaxTokens = 10, Body = "first line of it\nsecond line of it\nthird line of it" };

        var prompt = SkillPrompt.Compile("You are.", [new AttachedSkill(skill, "always")]);

        Assert.EndsWith("## long\n\nfirst line of it\n", prompt, StringComparison.Ordinal);
        Assert.StartsWith("You are.\n\n# Skills\n", prompt, StringComparison.Ordinal);
    }

    private static SkillSelection Select(string[] named, string query, params Skill[] skills) => SkillSelection.Of(skills, named, query);

    private static string Attached(SkillSelection selection) =>
        string.Join(' ', selection.Attached.Select(attached => $"{attached.Skill.Id}:{attached.Reason}"));

    private static Skill Skill(string id, int priority = 0, string? triggers = null, string? requires = null, string? conflicts = null) =>
        new()
        {
            Id = id,
            Name = id,
            Source = SkillSource.Data,
            Priority = priority,
            Body = $"Do {id}.",
            Triggers = triggers is not null && SkillTrigger.TryParse(triggers, out var trigger, out _) ? [trigger] : [],
            Requires = requires is null ? [] : [requires],
            Conflicts = conflicts is null ? [] : [conflicts],
        };
}
