using System.Text.Json;

namespace Koda.Cli.Tests.Settings;

[Collection(LocalKodaCollection.Name)]
public sealed class SettingsCommandTests(LocalKoda koda)
{
    [Fact]
    public async Task A_setting_is_changed_shown_and_given_its_default_again()
    {
        var changed = await koda.Run("settings", "set", "defaults.max_cost_usd", "2.5");
        Assert.True(changed.ExitCode == ExitCode.Ok, changed.Error);
        Assert.Equal("defaults.max_cost_usd is 2.5.", changed.Out.Trim());
        Assert.Matches(@"defaults\.max_cost_usd +2\.5", (await koda.Run("settings")).Out);

        Assert.Equal("defaults.max_cost_usd is 0.", (await koda.Run("settings", "reset", "defaults.max_cost_usd")).Out.Trim());
    }

    [Fact]
    public async Task A_list_takes_several_values_and_JSON_is_what_REST_shows()
    {
        // The one who asks is this machine's operator, who is let in whatever the list says.
        var set = await koda.Run("settings", "set", "allowed_users", "ci", "dashboard", "--json");
        try
        {
            using var settings = JsonDocument.Parse(set.Out);
            Assert.Equal(
                ["ci", "dashboard"], settings.RootElement.GetProperty("allowed_users").EnumerateArray().Select(user => user.GetString()));
            Assert.Equal(
                "allowed_users is ci, dashboard.", (await koda.Run("settings", "set", "allowed_users", "ci", "dashboard")).Out.Trim());
        }
        finally
        {
            Assert.Equal("allowed_users is -.", (await koda.Run("settings", "reset", "allowed_users")).Out.Trim());
        }
    }

    [Fact]
    public async Task Each_setting_is_explained() => Assert.All(
        Cli.Settings.SettingField.All,
        async field => Assert.Contains($"\n  {field.Path} ", (await CliRun.Of("settings", "--help")).Out, StringComparison.Ordinal));

    [Theory]
    [InlineData("there is no setting 'polcy.accept_tasks'", "polcy.accept_tasks", "false")]
    [InlineData("policy.accept_tasks", "policy.accept_tasks", "perhaps")]
    [InlineData("allow", "policy.default_tool_action", "maybe")]
    [InlineData("defaults.max_iterations takes one value", "defaults.max_iterations", "3", "4")]
    [InlineData("defaults.max_cost_usd", "defaults.max_cost_usd", "cheap")]
    public async Task What_is_no_setting_or_no_value_is_said_before_a_server_is_asked(string problem, params string[] given)
    {
        var refused = await CliRun.Of(["settings", "set", .. given, "--url", "http://127.0.0.1:1"]);

        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains(problem, refused.Error, StringComparison.OrdinalIgnoreCase);
    }
}
