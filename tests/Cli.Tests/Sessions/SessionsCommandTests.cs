using System.Text.Json;

namespace Koda.Cli.Tests.Sessions;

[Collection(LocalKodaCollection.Name)]
public sealed class SessionsCommandTests(LocalKoda koda)
{
    [Fact]
    public async Task A_session_is_listed_shown_exported_and_deleted()
    {
        await koda.ApplyScript("talks", """[{tool_calls: [{tool: read, arguments: {path: server.js}}]}, {text: "It serves."}]""");
        var said = await koda.Run("chat", "-p", "What is here?", "--agent", "talks", "--json");
        Assert.True(said.ExitCode == ExitCode.Ok, said.Error);
        var id = JsonDocument.Parse(said.Out).RootElement.GetProperty("session_id").GetString()!;

        Assert.Contains(id, (await koda.Run("sessions", "--workspace", koda.Workspace, "-o", "name")).Out);
        Assert.DoesNotContain(id, (await koda.Run("sessions", "--workspace", Path.GetTempPath(), "-o", "name")).Out);
        var shown = await koda.Run("sessions", "show", id);
        Assert.Contains($"chat --session {id}", shown.Out);
        Assert.Contains("succeeded", shown.Out);
        var exported = await koda.Run("sessions", "export", id);
        Assert.Contains("## You", exported.Out);
        Assert.Contains("What is here?", exported.Out);
        Assert.Contains("- `read server.js`", exported.Out);
        Assert.Contains("It serves.", exported.Out);
        Assert.NotEmpty(
            JsonDocument
                .Parse((await koda.Run("sessions", "export", id, "--json")).Out)
                .RootElement.GetProperty("messages")
                .EnumerateArray());

        Assert.Equal(ExitCode.Ok, (await koda.Run("sessions", "delete", id)).ExitCode);
        Assert.Equal(ExitCode.Failed, (await koda.Run("sessions", "show", id)).ExitCode);
    }
}
