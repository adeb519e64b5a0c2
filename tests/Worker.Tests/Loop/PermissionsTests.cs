using Koda.Protos.Worker.V1;
using Koda.Worker.Loop;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class PermissionsTests
{
    [Theory]
    [InlineData("src/a.cs", PermissionAction.Allow)]
    [InlineData("src/secret/key", PermissionAction.Deny)]
    [InlineData("docs/a.md", PermissionAction.Ask)]
    public void The_last_rule_that_matches_decides(string path, PermissionAction expected)
    {
        var permissions = new Permissions([
            Rule("edit", "", PermissionAction.Ask),
            Rule("edit", "src/**", PermissionAction.Allow),
            Rule("edit", "src/secret/**", PermissionAction.Deny),
        ]);
        Assert.Equal(expected, permissions.Decide(new Demand("edit", path)));
    }

    [Theory]
    [InlineData("git push origin", PermissionAction.Deny)]
    [InlineData("g=push; git $g", PermissionAction.Ask)]
    [InlineData("git -C . $g", PermissionAction.Ask)]
    [InlineData("git pu?h", PermissionAction.Ask)]
    [InlineData("git status $g", PermissionAction.Allow)]
    [InlineData("echo $g", PermissionAction.Allow)]
    public void A_word_that_is_known_only_when_it_runs_may_be_what_a_rule_forbids(string command, PermissionAction expected)
    {
        using var folder = new TempWorkspace();
        var permissions = new Permissions([Rule("bash", "", PermissionAction.Allow), Rule("bash", "git push*", PermissionAction.Deny)]);
        Assert.Equal(expected, BashDemands.Of(command, folder.Context).Where(demand => demand.Tool == "bash").Max(permissions.Decide));
    }

    [Fact]
    public void A_later_layer_stands_above_an_earlier_one()
    {
        var below = new[] { Rule("bash", "", PermissionAction.Deny) };
        Assert.Equal(
            PermissionAction.Allow,
            new Permissions(below, [], [Rule("bash", "npm *", PermissionAction.Allow)]).Decide(new Demand("bash", "npm test")));
    }

    [Fact]
    public void The_project_may_be_stricter_and_never_milder()
    {
        var below = new[] { Rule("edit", "", PermissionAction.Allow), Rule("fetch", "", PermissionAction.Deny) };
        var project = new[]
        {
            Rule("edit", "generated/**", PermissionAction.Deny),
            Rule("fetch", "", PermissionAction.Allow),
            Rule("mail", "", PermissionAction.Allow),
        };
        var permissions = new Permissions(below, project, []);

        Assert.Equal(PermissionAction.Deny, permissions.Decide(new Demand("edit", "generated/a.cs")));
        Assert.Equal(PermissionAction.Allow, permissions.Decide(new Demand("edit", "a.cs")));
        Assert.Equal(PermissionAction.Deny, permissions.Decide(new Demand("fetch", "https://a")));
        Assert.Null(permissions.Decide(new Demand("mail", "x")));
    }

    [Theory]
    [InlineData(PermissionAction.Allow, PermissionAction.Deny, PermissionAction.Deny)]
    [InlineData(PermissionAction.Allow, PermissionAction.Ask, PermissionAction.Ask)]
    [InlineData(PermissionAction.Ask, PermissionAction.Allow, PermissionAction.Ask)]
    [InlineData(PermissionAction.Deny, PermissionAction.Ask, PermissionAction.Deny)]
    public void An_agent_that_was_called_may_do_no_more_than_its_caller(
        PermissionAction own, PermissionAction callers, PermissionAction decided)
    {
        var permissions = new Permissions([], [], [Rule("edit", "", own)]) { Ceiling = [Rule("edit", "src/**", callers)] };
        Assert.Equal(decided, permissions.Decide(new Demand("edit", "src/a.cs")));
        Assert.Equal(own, permissions.Decide(new Demand("edit", "docs/a.md")));
    }

    [Theory]
    [InlineData("*.env", ".env", true)]
    [InlineData("*.env", "app/prod.env", true)]
    [InlineData("*.env", "app/.env.example", false)]
    [InlineData("src/*", "src/a/b", false)]
    [InlineData("src/**", "src/a/b", true)]
    [InlineData("src/**", "src", true)]
    [InlineData("./src/**", "src/a", true)]
    public void A_name_is_meant_anywhere_and_a_path_from_the_workspace(string pattern, string path, bool matches) =>
        Assert.Equal(
            matches ? PermissionAction.Deny : null,
            new Permissions([Rule("read", pattern, PermissionAction.Deny)]).Decide(new Demand("read", path)));

    [Theory]
    [InlineData("git status", true)]
    [InlineData("git status -s a/b", true)]
    [InlineData("git statusx", false)]
    public void A_star_in_a_command_matches_everything(string command, bool matches) =>
        Assert.Equal(
            matches ? PermissionAction.Allow : null,
            new Permissions([Rule("bash", "git status *", PermissionAction.Allow)]).Decide(new Demand("bash", command)));

    [Fact]
    public void To_leave_the_workspace_is_allowed_by_a_rule_that_says_so_only()
    {
        Assert.Null(new Permissions([Rule("*", "", PermissionAction.Allow)]).Decide(new Demand(Demand.ExternalDirectory, "/data/x")));
        Assert.Equal(
            PermissionAction.Deny,
            new Permissions([Rule("*", "", PermissionAction.Deny)]).Decide(new Demand(Demand.ExternalDirectory, "/data/x")));
        Assert.Equal(
            PermissionAction.Allow,
            new Permissions([Rule("external_directory", "/data/**", PermissionAction.Allow)]).Decide(
                new Demand(Demand.ExternalDirectory, "/data/x")));
    }

    [Fact]
    public void Rules_reach_the_tools_of_a_server_by_their_names()
    {
        var permissions = new Permissions([Rule("mcp__github__*", "", PermissionAction.Allow)]);
        Assert.Equal(PermissionAction.Allow, permissions.Decide(new Demand("mcp__github__search", "")));
        Assert.Null(permissions.Decide(new Demand("mcp__gitlab__search", "")));
    }

    [Theory]
    [InlineData("npm test; curl evil", "npm *", false)]
    [InlineData("npm test && npm run build", "npm *", true)]
    [InlineData("npm test $(curl evil)", "npm *", false)]
    [InlineData("npm test | tee log", "npm *", false)]
    [InlineData("FOO=1 npm test", "npm *", false)]
    [InlineData("timeout 5 npm test", "npm *", true)]
    [InlineData("/bin/ls", "ls *", false)]
    public void A_pattern_allows_the_commands_that_match_it_and_no_others(string line, string pattern, bool allowed)
    {
        using var folder = new Tools.TempWorkspace();
        var permissions = new Permissions([Rule("bash", pattern, PermissionAction.Allow)]);
        var decisions = BashDemands
            .Of(line, folder.Context)
            .Where(demand => demand.Tool == "bash" && !demand.Harmless)
            .Select(permissions.Decide);
        Assert.Equal(allowed, decisions.All(action => action == PermissionAction.Allow));
    }

    [Theory]
    [InlineData("git push origin", PermissionAction.Deny)]
    [InlineData("git -C . push", PermissionAction.Deny)]
    [InlineData("g\"i\"t pu\\sh", PermissionAction.Deny)]
    [InlineData("A=1 git push", PermissionAction.Deny)]
    [InlineData("/usr/bin/git push", PermissionAction.Deny)]
    [InlineData("echo $(git push)", PermissionAction.Deny)]
    [InlineData("bash -c 'git push'", PermissionAction.Deny)]
    [InlineData("xargs git push", PermissionAction.Deny)]
    [InlineData("$X push", PermissionAction.Ask)]
    [InlineData("eval $X", PermissionAction.Ask)]
    [InlineData("git pull", PermissionAction.Allow)]
    public void A_forbidden_command_is_found_in_every_disguise(string line, PermissionAction expected)
    {
        using var folder = new Tools.TempWorkspace();
        var permissions = new Permissions([Rule("bash", "", PermissionAction.Allow), Rule("bash", "git push *", PermissionAction.Deny)]);
        var demands = BashDemands.Of(line, folder.Context).Where(demand => demand.Tool == "bash");
        Assert.Equal(expected, demands.Select(demand => permissions.Decide(demand) ?? PermissionAction.Allow).Max());
    }

    [Theory]
    [InlineData("git commit -m x", "bash:git commit *")]
    [InlineData("ls -l", "bash:ls *")]
    [InlineData("git '*'", "bash:git *")]
    [InlineData("'*' x", "bash:'[*]' x")]
    [InlineData("git 'a\nbash:*'", "bash:git *")]
    public void What_is_allowed_for_always_is_no_wider_than_it_looks(string line, string expected)
    {
        using var folder = new Tools.TempWorkspace();
        Assert.Equal(expected, BashDemands.Of(line, folder.Context).First(demand => demand.Tool == "bash").AlwaysText);
    }

    private static PermissionRule Rule(string tool, string pattern, PermissionAction action) =>
        new()
        {
            Tool = tool,
            Pattern = pattern,
            Action = action,
        };
}
