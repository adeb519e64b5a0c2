using System.Text.Json;

namespace Koda.Cli.Tests.Agents;

[Collection(LocalKodaCollection.Name)]
public sealed class AgentsCommandTests(LocalKoda koda)
{
    [Fact]
    public async Task An_agent_is_created_edited_published_steered_and_deleted()
    {
        var file = Path.Combine(koda.Workspace, "helper.yaml");
        await File.WriteAllTextAsync(file, "id: helper\nprovider: {kind: offline}\ntools: [list]\n");

        Assert.Equal("Helper is a draft. Publish it: koda agents publish Helper\n", await Out("agents", "create", "Helper"));
        Assert.Equal("The draft of Helper has unpublished changes.\n", await Out("agents", "edit", file));
        Assert.StartsWith("Helper is at version 1. First publication.\n", await Out("agents", "publish", "helper"));
        await File.WriteAllTextAsync(file, "id: helper\ntools: [list, read]\n");
        Assert.StartsWith("Helper is at version 2. Changed tools.\n", await Out("agents", "edit", file, "--publish"));
        Assert.Contains("First publication.", await Out("agents", "versions", "helper"), StringComparison.Ordinal);
        Assert.Equal(
            "tools\n  - [\"list\"]\n  + [\"list\",\"read\"]\n", await Out("agents", "diff", "helper", "--from", "1", "--to", "published"));
        Assert.StartsWith("Helper is at version 3. Rolled back to version 1.", await Out("agents", "rollback", "helper", "1"));
        Assert.Equal("Helper is paused.\n", await Out("agents", "pause", "HELPER"));
        Assert.Equal("Helper is archived.\n", await Out("agents", "archive", "helper"));
        Assert.Equal("Helper is active.\n", await Out("agents", "activate", "helper"));
        Assert.Equal("helper-2 is a draft.\n", await Out("agents", "clone", "helper", "helper-2"));
        Assert.Contains("Helper", await Out("agents", "show", "helper"), StringComparison.Ordinal);
        Assert.Equal("helper is deleted.\n", await Out("agents", "delete", "helper"));
        Assert.Contains("agent.not_found", (await koda.Run("agents", "pause", "helper", "--json")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_read_from_stdin_and_listed_by_name()
    {
        await Out("agents", "create", "keeper");

        var set = await koda.RunWithInput("very-secret-value\n", "agents", "secret", "set", "keeper", "api_token");
        var listed = await Out("agents", "secret", "list", "keeper");

        Assert.Equal("API_TOKEN is stored.\n", set.Out);
        Assert.Contains("\nAPI_TOKEN ", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret-value", set.Out + listed, StringComparison.Ordinal);
        Assert.Equal("API_TOKEN is removed.\n", await Out("agents", "secret", "remove", "keeper", "api_token"));
    }

    [Fact]
    public async Task Skills_are_listed_and_shown()
    {
        var listed = JsonDocument.Parse(await Out("skills", "--json")).RootElement.GetProperty("items");

        Assert.Contains("security-review", listed.EnumerateArray().Select(skill => skill.GetProperty("id").GetString()));
        Assert.Contains("write-tests", await Out("skills"), StringComparison.Ordinal);
        Assert.StartsWith("Write tests (write-tests 1.0.0, built_in)", await Out("skills", "show", "testing"));
    }

    private async Task<string> Out(params string[] args)
    {
        var run = await koda.Run(args);
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error + run.Out);
        return run.Out;
    }
}
