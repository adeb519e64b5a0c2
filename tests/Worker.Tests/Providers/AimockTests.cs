using System.Reflection;
using Koda.Testing;
using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Providers;

/// <summary>The adapters against a server that others wrote.</summary>
public sealed class AimockTests
{
    private static readonly (string Kind, string Model)[] s_providers =
    [
        ("openai", "gpt-4o"),
        ("anthropic", "claude-sonnet-4-5"),
        ("ollama", "qwen3"),
    ];

    private static readonly string?[] s_codes =
    [
        .. typeof(ProviderErrorCode)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string?)field.GetRawConstantValue()),
    ];

    public static TheoryData<string, double> Chaos
    {
        get
        {
            var data = new TheoryData<string, double>();
            foreach (var flag in new[] { "--chaos-drop", "--chaos-malformed", "--chaos-disconnect", "--chaos-ratelimit" })
            {
                data.Add(flag, 0.2);
                data.Add(flag, 1.0);
            }
            return data;
        }
    }

    [Fact]
    public async Task Text_calls_reasoning_and_usage_are_read_from_each_wire()
    {
        using var server = await AimockServer.Start("--chunk-size", "7");
        foreach (var (kind, model) in s_providers)
        {
            var provider = ProviderFactory.Create(kind, server.Url, "test-key", options: null);

            var text = await provider.Collect(Answers.Ask("hello", model));
            Assert.Equal("Hello from another server, é.", text.Finished.Message.Text);
            Assert.Equal(text.Finished.Message.Text, text.StreamedText);
            Assert.Equal(ModelStopReason.EndTurn, text.Finished.StopReason);
            // This server gives no counts on Ollama's wire.
            if (kind != "ollama")
                Assert.Equal((12, 7), (text.Finished.Usage.InputTokens, text.Finished.Usage.OutputTokens));

            var calls = await provider.Collect(Answers.Ask("read it", model));
            Assert.Equal(
                ["""{"path":"src/a-rather-long-name-that-fills-chunks.txt"}""", """{"path":"b"}"""],
                calls.Finished.Message.ToolCalls.Select(call => call.Arguments));
            Assert.Equal(2, calls.Finished.Message.ToolCalls.Select(call => call.CallId).Distinct().Count());
            Assert.All(calls.Finished.Message.ToolCalls, call => Assert.Equal(call.Arguments, calls.StreamedInput(call.CallId)));
            Assert.Equal(ModelStopReason.ToolUse, calls.Finished.StopReason);
        }

        var thought = await ProviderFactory
            .Create("anthropic", server.Url, "test-key", options: null)
            .Collect(Answers.Ask("think", "claude-sonnet-4-5"));
        Assert.Equal("Let me think.", thought.StreamedReasoning);
        Assert.Equal("aimock-placeholder-signature", Assert.Single(thought.Finished.Message.Content.OfType<ReasoningBlock>()).Signature);
    }

    [Fact]
    public async Task A_conversation_with_results_is_taken_by_each_wire()
    {
        using var server = await AimockServer.Start();
        foreach (var (kind, model) in s_providers)
        {
            var provider = ProviderFactory.Create(kind, server.Url, "test-key", options: null);
            var request = Answers.Ask("hello", model);
            var finished = (await provider.Collect(Answers.Ask("read it", model))).Finished;
            var results = finished.Message.ToolCalls.Select(call =>
                ModelMessage.ToolResult(call.CallId, call.Tool, "text", isError: false));
            var answer = await provider.Collect(
                request with { Messages = [ModelMessage.User("read it"), finished.Message, .. results, ModelMessage.User("hello")] });
            Assert.Equal("Hello from another server, é.", answer.Finished.Message.Text);
        }
    }

    [Fact]
    public async Task A_stream_that_stops_in_the_middle_is_never_an_answer()
    {
        using var server = await AimockServer.Start("--chunk-size", "5");
        foreach (var (kind, model) in s_providers)
        {
            var failure = await ProviderFactory
                .Create(kind, server.Url, "test-key", options: null)
                .Fail(Answers.Ask("stop in the middle", model));
            Assert.Contains(failure.Code, Answers.CodesOfBrokenStreams);
            Assert.True(failure.Retryable);
        }
    }

    [Theory]
    [MemberData(nameof(Chaos))]
    public async Task Under_chaos_each_call_ends_in_an_answer_or_a_coded_failure(string flag, double rate)
    {
        using var server = await AimockServer.Start(flag, rate.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture));
        foreach (var (kind, model) in s_providers)
        {
            var provider = ProviderFactory.Create(kind, server.Url, "test-key", options: null);
            for (var call = 0; call < 12; call++)
            {
                try
                {
                    var finished = (await provider.Collect(Answers.Ask("hello", model))).Finished;
                    Assert.Equal("Hello from another server, é.", finished.Message.Text);
                    Assert.NotEqual(1.0, rate);
                }
                catch (ProviderException failure)
                {
                    Assert.Contains(failure.Code, s_codes);
                    Assert.True(failure.Retryable, $"{kind}: {failure.Message}");
                    if (flag == "--chaos-ratelimit")
                        Assert.NotNull(failure.RetryAfter);
                }
            }
        }
    }
}
