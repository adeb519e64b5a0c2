using System.Text.Json;

namespace Koda.Cli.Tests.Sessions;

[Collection(LocalKodaCollection.Name)]
public sealed class SessionsCommandTests(LocalKoda koda)
{
    [Fact]
    public async Task A_session_is_listed_shown_exported_and_deleted()
    {
        await koda.ApplyScriptAsync("talks", """[{tool_calls: [{tool: read, arguments: {path: server.js}}]}, {text: "It serves."}]""");
        var said = await koda.RunAsync("chat", "-p", "What is here?", "--agent", "talks", "--json");
        Assert.True(said.ExitCode == ExitCode.Ok, said.Error);
        var id = JsonDocument.Parse(said.Out).RootElement.GetProperty("session_id").GetString()!;

        Assert.Contains(id, (await koda.RunAsync("sessions", "--workspace", koda.Workspace, "-o", "name")).Out);
        Assert.DoesNotContain(id, (await koda.RunAsync("sessions", "--workspace", Path.GetTempPath(), "-o", "name")).Out);
        var shown = await koda.RunAsync("sessions", "show", id);
        Assert.Contains($"chat --session {id}", shown.Out);
        Assert.Contains("succeeded", shown.Out);
        var exported = await koda.RunAsync("sessions", "export", id);
        Assert.Contains("## You", exported.Out);
        Assert.Contains("What is here?", exported.Out);
        Assert.Contains("- `read server.js`", exported.Out);
        Assert.Contains("It serves.", exported.Out);
        Assert.NotEmpty(
            JsonDocument
                .Parse((await koda.RunAsync("sessions", "export", id, "--json")).Out)
                .RootElement.GetProperty("messages")
                .EnumerateArray());

        Assert.Equal(ExitCode.Ok, (await koda.RunAsync("sessions", "delete", id)).ExitCode);
        Assert.Equal(ExitCode.Failed, (await koda.RunAsync("sessions", "show", id)).ExitCode);
    }
}
