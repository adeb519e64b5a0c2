using System.Diagnostics;
using Koda.Contract.Tests.Journeys;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

/// <summary>Commands in the background live as long as their turn, also while it waits for a person.</summary>
public sealed class BackgroundTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>, IDisposable
{
    // Whoever holds the lock lives, also in a sandbox that hides its processes.
    private const string Serve =
        """{"command":"exec 9> lock; flock 9; echo serving; until [ -e asked ]; do sleep 0.05; done; echo asked; sleep 1000","background":true}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("koda-background-");

    private KodaHost Host => koda.Host;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task One_is_read_after_a_question_was_answered_and_ends_with_the_turn()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "bash", Serve), ModelTurn.Call("call_2", "ask", """{"question":"Go on?"}"""),
            ModelTurn.Call("call_3", "bash_output", """{"id":"bg1","wait_seconds":30}"""), ModelTurn.Say("It serves."));
        var session = await Begin("server", model);
        var asked = await Host.Reach(session, "user_question");
        await Eventually.IsTrue(() => Task.FromResult(Lives()), "The command runs while the turn waits.");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "asked"), "");

        Assert.Equal(204, (await Host.Answer(session, asked.Data.At("question_id"), "yes")).Status);

        var events = await Host.Whole(session);
        Assert.Equal("done", events[^1].Name);
        Assert.Contains("serving", events.Last(item => item.Name == "tool_end").Data.At("output"), StringComparison.Ordinal);
        await Eventually.IsTrue(() => Task.FromResult(!Lives()), "The command ended with its turn.");
    }

    [Fact]
    public async Task One_ends_when_the_turn_is_cancelled_while_it_waits()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "bash", Serve),
            ModelTurn.Call("call_2", "ask", """{"question":"Go on?"}"""),
            ModelTurn.Say("Never said."));
        var session = await Begin("cancelled-server", model);
        await Host.Reach(session, "user_question");
        await Eventually.IsTrue(() => Task.FromResult(Lives()), "The command runs while the turn waits.");

        Assert.Equal(202, (await Host.Rest.Post($"/sessions/{session}/cancel")).Status);

        await Eventually.IsTrue(() => Task.FromResult(!Lives()), "The command ended with its turn.");
    }

    private async Task<string> Begin(string agent, ScriptedModel model)
    {
        await Host.Define(
            agent,
            model,
            tools: """["bash","bash_output","ask"]""",
            permissions: """[{"tool":"bash","action":"allow"},{"tool":"external_directory","action":"allow"}]"""
        );
        var session = await Host.NewSession(agent, _folder.FullName);
        await Host.Begin(session, "Serve.");
        return session;
    }

    private bool Lives()
    {
        var path = Path.Combine(_folder.FullName, "lock");
        using var flock = Process.Start("flock", ["-n", path, "true"]);
        flock.WaitForExit();
        return flock.ExitCode != 0;
    }
}
