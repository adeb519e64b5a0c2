using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Onboarding;

/// <summary>The set-up of a fresh installation, by a person at a terminal and without one.</summary>
[Collection(LocalKodaCollection.Name)]
public sealed class OnboardCommandTests : IAsyncLifetime
{
    private readonly LocalKoda _fresh = new();

    public Task InitializeAsync() => _fresh.InitializeAsync();

    public Task DisposeAsync() => _fresh.DisposeAsync();

    [Fact]
    public async Task Three_questions_set_everything_up_and_what_is_refused_is_asked_again()
    {
        var before = await _fresh.Run("onboard");
        Assert.Contains("koda register", before.Out);
        Assert.Contains("koda providers connect", before.Out);

        // Each refusal asks its own question once more, and no other: a password that is too short, or that is typed differently the second
        // time, an address at which nobody answers, an agent that there is not.
        var walk = await Walk(
            lines:
            [
                "ana",
                "ana@example.org",
                "ana",
                "ana@example.org",
                "ana",
                "ana@example.org",
                "ollama",
                "http://127.0.0.1:1",
                "antropic",
                "",
                "offline",
                "nobody",
                "explorer",
            ],
            hidden: ["short", "short", "Tall-ships-42-sail", "Tall-ships-43-sail", "Tall-ships-42-sail", "Tall-ships-42-sail"]);

        Assert.True(walk.ExitCode == ExitCode.Ok, walk.Error);
        Assert.Contains("The two passwords differ.", walk.Error);
        Assert.Contains("does not work", walk.Error);
        Assert.Contains("antropic is none of them", walk.Error);
        Assert.Contains("No agent has the id 'nobody'.", walk.Error);
        Assert.Contains("ana owns this installation.", walk.Error);
        Assert.Contains("explorer gets them.", walk.Error);
        Assert.Equal(
            "defaults.agent_id is explorer.", (await _fresh.Run("settings", "set", "defaults.agent_id", "explorer")).Out.Trim());
        Assert.Equal(10, walk.Error.Split('\n').Count(line => line.Trim() is { Length: 14 } code && code.Count(c => c == '-') == 2));
        Assert.DoesNotContain("Tall-ships", walk.Error + walk.Out);
        Assert.Contains("Everything is set up.", (await _fresh.Run("onboard")).Out);
        var again = await Walk(lines: [], hidden: []);
        Assert.Contains("Everything is set up.", again.Out);
    }

    private async Task<CliRun> Walk(string[] lines, string[] hidden)
    {
        var typed = new Queue<string>(hidden);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new CliTerminal
        {
            In = new StringReader(string.Join('\n', lines) + "\n"),
            Out = output,
            Error = error,
            Environment = _ => null,
            Interactive = true,
            ReadHidden = typed.Dequeue,
        };
        var code = await KodaCommand.Run(["onboard", "--data", _fresh.Data], terminal);
        return new CliRun(code, output.ToString(), error.ToString());
    }
}
