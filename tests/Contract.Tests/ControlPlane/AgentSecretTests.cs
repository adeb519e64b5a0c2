using Koda.Contract.Tests.Journeys;
using Koda.Contract.Tests.Runtime;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

public sealed class AgentSecretTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>
{
    private const string Agents = "/api/control-plane/agents";

    private readonly string _value = $"ghp_{Guid.NewGuid():N}";

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task A_secret_reaches_the_command_and_shows_nowhere()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call(
                "call_1",
                "bash",
                """{"command":"printf %s \"$MY_TOKEN\" | tee copy.txt; echo; printf '%s' \"${MY_TOKEN:0:20}\"; sleep 0.2; echo \"${MY_TOKEN:20}\"; env | grep MY_"}"""
            ),
            ModelTurn.Say("Done."));
        await Host.Define("keeper", model, tools: """["bash"]""", permissions: """[{"tool":"bash","action":"allow"}]""");
        var put = await Host.Rest.Put($"{Agents}/keeper/secrets/my_token", $$"""{"value": "{{_value}}"}""");

        var task = await Host.Submit("keeper", "Use the token.");
        Assert.Equal("completed", (await Host.Follow(task)).At("status"));

        Assert.Equal(_value, await File.ReadAllTextAsync(Path.Combine(Host.Workspace, "copy.txt")));
        var replies = new List<string> { put.Text };
        foreach (
            var path in new[]
            {
                $"{Agents}/keeper",
                $"{Agents}/keeper/secrets",
                $"{Agents}/keeper/secrets/MY_TOKEN",
                $"/api/runtime/tasks/{task}/trace",
                $"/api/runtime/tasks/{task}",
            })
            replies.Add((await Host.Rest.Get(path)).Text);
        Assert.All(replies, text => Assert.DoesNotContain(_value, text, StringComparison.Ordinal));
        Assert.Contains("redacted", replies[4], StringComparison.Ordinal);
        Assert.Empty(await TableSearch.TablesWith(koda.ConnectionString, _value));
        Assert.Empty(await TableSearch.TablesWith(koda.ConnectionString, _value[4..28]));
    }

    [Fact]
    public async Task Secrets_are_written_named_and_removed_but_never_read()
    {
        await Host.Rest.Post(Agents, """{"agent_id": "owner"}""");

        var put = await Host.Rest.Put($"{Agents}/owner/secrets/deploy_key", $$"""{"value": "{{_value}}"}""");
        var listed = await Host.Rest.Get($"{Agents}/owner/secrets");
        var read = await Host.Rest.Get($"{Agents}/owner/secrets/Deploy_Key");
        var refused = await Host.Rest.Put($"{Agents}/owner/secrets/ld_preload", """{"value": "x"}""");
        var removed = await Host.Rest.Send(new HttpRequestMessage(HttpMethod.Delete, $"{Agents}/owner/secrets/deploy_key"));
        var again = await Host.Rest.Send(new HttpRequestMessage(HttpMethod.Delete, $"{Agents}/owner/secrets/deploy_key"));

        Assert.Equal(
            (200, "agent:owner:DEPLOY_KEY", "agent", "DEPLOY_KEY", ""),
            (put.Status, put["id"], put["scope"], put["secret_key"], put["preview"]));
        Assert.Equal("DEPLOY_KEY", Assert.Single(listed.Json["items"]!.AsArray())!.At("secret_key"));
        Assert.Equal(put.Text, read.Text);
        Assert.Equal((400, "request.invalid"), (refused.Status, refused["code"]));
        Assert.Contains("secret_key", refused.Text, StringComparison.Ordinal);
        Assert.Contains("value", refused.Text, StringComparison.Ordinal);
        Assert.Equal((200, """{"ok":true}"""), (removed.Status, removed.Text));
        Assert.Equal((404, "secret.not_found"), (again.Status, again["code"]));
        Assert.Equal("secret.not_found", (await Host.Rest.Get($"{Agents}/owner/secrets/other"))["code"]);
        Assert.Equal("agent.not_found", (await Host.Rest.Get($"{Agents}/nobody/secrets"))["code"]);
    }
}
