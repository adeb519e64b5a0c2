using System.Text.Json;

namespace Koda.Cli.Tests.Lists;

/// <summary>What holds for every command that lists.</summary>
[Collection(LocalKodaCollection.Name)]
public sealed class ListCommandTests(LocalKoda koda)
{
    [Theory]
    [InlineData("items", "tasks")]
    [InlineData("items", "workers")]
    [InlineData("items", "agents")]
    [InlineData("items", "agents", "versions", "atlas")]
    [InlineData("items", "agents", "secret", "list", "atlas")]
    [InlineData("items", "providers")]
    [InlineData("items", "models")]
    [InlineData("items", "skills")]
    [InlineData("items", "token", "list")]
    [InlineData("items", "approve", "--list")]
    [InlineData("sessions", "sessions")]
    public async Task The_same_items_come_as_names_as_JSON_and_as_a_table(string field, params string[] command)
    {
        var names = await koda.Run([.. command, "-o", "name"]);
        var json = await koda.Run([.. command, "-o", "json"]);
        var wide = await koda.Run([.. command, "-o", "wide"]);

        Assert.All([names, json, wide], run => Assert.True(run.ExitCode == ExitCode.Ok, run.Error));
        var ids = names.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var items = JsonDocument.Parse(json.Out).RootElement.GetProperty(field).EnumerateArray().Select(item => item.GetRawText()).ToList();
        Assert.Equal(items.Count, ids.Length);
        Assert.All(items.Zip(ids), pair => Assert.Contains(pair.Second, pair.First));
        Assert.All(ids, id => Assert.Contains(id, wide.Out));
        Assert.Equal(ids.Length == 0, wide.Out.Length == 0);
    }

    [Fact]
    public async Task Settings_are_listed_by_name_too()
    {
        var names = (await koda.Run("settings", "-o", "name")).Out.Split('\n');

        Assert.Contains("policy.accept_tasks", names);
    }

    [Fact]
    public async Task A_worker_is_listed_with_its_slots_directories_and_version()
    {
        var run = await koda.Run("workers", "-o", "wide");

        Assert.Contains(koda.Workspace, run.Out);
        Assert.Contains("0 of 4", run.Out);
        Assert.Contains(VersionCommand.Version.Split('+')[0], run.Out);
    }
}
