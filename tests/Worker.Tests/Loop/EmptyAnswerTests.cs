using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Koda.Worker.Tests.Providers;
using Xunit;

namespace Koda.Worker.Tests.Loop;

/// <summary>An answer of nothing but thoughts is an empty one, over each wire, in tasks and in turns alike.</summary>
public sealed class EmptyAnswerTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public static TheoryData<string, string, bool> Thoughts
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var wire in new[] { "openai", "anthropic", "ollama" })
            {
                foreach (var isTurn in new[] { false, true })
                {
                    data.Add(wire, "<think>I could say 42.</think>", isTurn);
                    data.Add(wire, "<think>I could say 42.</think>\n\n", isTurn);
                    data.Add(wire, "<think>I could", isTurn);
                    data.Add(wire, "[THINK]I could say 42.[/THINK]", isTurn);
                    data.Add(wire, "I could say 42.\n</think>\n", isTurn);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Thoughts))]
    public async Task It_is_asked_again_and_then_fails_and_says_why(string wire, string text, bool isTurn)
    {
        _server.Answer = Answer(wire, text);
        using var run = Run(wire, isTurn);
        var failed = Assert.IsType<AttemptOutcome.Failed>(await run.Run());
        Assert.Equal("model.empty", failed.Code);
        Assert.Contains("only thought", failed.Message, StringComparison.Ordinal);
        Assert.Equal(3, _server.Requests.Count);
        Assert.Contains("Your answer was empty", _server.LastBody.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("anthropic")]
    [InlineData("ollama")]
    public async Task What_is_said_behind_thoughts_or_of_tags_is_an_answer(string wire)
    {
        foreach (var text in new[] { "<think>Hm.</think>42", "Thoughts stand in <think>…</think>" })
        {
            _server.Answer = Answer(wire, text);
            using var run = Run(wire, isTurn: false);
            Assert.Equal(
                new AttemptOutcome.Completed(text.Replace("<think>Hm.</think>", "", StringComparison.Ordinal)), await run.Run());
        }
    }

    private AgentHarness Run(string wire, bool isTurn)
    {
        var provider = ProviderFactory.Create(wire, _server.Url, "key", options: null);
        return isTurn
            ? new AgentHarness(provider)
            {
                Turn = new Turn { Number = 1 },
                Journal = Conversations.Asking("Do it."),
            }
            : new AgentHarness(provider);
    }

    private static ScriptedAnswer Answer(string wire, string text) => wire switch
    {
        "anthropic" => ScriptedAnswer.Text(new JsonObject
        {
            ["type"] = "message",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = text }),
            ["stop_reason"] = "end_turn",
        }.ToJsonString()),
        "ollama" => ScriptedAnswer.Text(new JsonObject { ["message"] = new JsonObject { ["content"] = text }, ["done"] = true }.ToJsonString() + "\n"),
        _ => ScriptedAnswer.Text(
            $"data: {new JsonObject { ["choices"] = new JsonArray(new JsonObject { ["delta"] = new JsonObject { ["content"] = text }, ["finish_reason"] = "stop" }) }.ToJsonString()}\n\n"
            + "data: [DONE]\n\n"),
    };
}
