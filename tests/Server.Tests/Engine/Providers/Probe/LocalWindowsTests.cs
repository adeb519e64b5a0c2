using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Http;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Providers.Probe;

/// <summary>Servers of chat completions on the own machine, each with its own way of telling how much is read.</summary>
public sealed class LocalWindowsTests
{
    [Theory]
    [InlineData("vLLM", "/v1/models", """{"data":[{"id":"m","max_model_len":8192}]}""")]
    [InlineData(
        "LM Studio",
        "/api/v0/models",
        """{"data":[{"id":"other","loaded_context_length":1},{"id":"m","loaded_context_length":8192,"max_context_length":131072}]}"""
    )]
    [InlineData("llama.cpp", "/props", """{"default_generation_settings":{"n_ctx":8192},"total_slots":1}""")]
    [InlineData("LiteLLM", "/model/info", """{"data":[{"model_name":"m","model_info":{"max_input_tokens":8192}}]}""")]
    public async Task The_window_is_found_where_the_server_tells_it(string server, string place, string told)
    {
        foreach (var path in new[] { "v1", "" })
        {
            await using var wire = await WireServer.Start(context =>
                WireServer.Reply(context.Request.Path == place || context.Request.Path == "/v1/models" ? 200 : 404,
                    context.Request.Path == place ? told : """{"data":[{"id":"m"}]}""")(context));
            Assert.Equal((server, 8192), (server, (await Verify($"{wire.Url}{path}", isLocal: true)).Models!.Single().ContextTokens));
        }
    }

    [Fact]
    public async Task A_server_that_tells_nothing_or_nonsense_is_connected_all_the_same()
    {
        await using var wire = await WireServer.Start(context =>
            WireServer.Reply(200, context.Request.Path == "/v1/models" ? """{"data":[{"id":"m"}]}""" : "<html>Hello</html>")(context));
        var found = await Verify($"{wire.Url}v1", isLocal: true);
        Assert.True(found.Verified);
        Assert.Null(found.Models!.Single().ContextTokens);
    }

    [Fact]
    public async Task An_endpoint_that_is_not_meant_to_be_local_is_asked_nothing()
    {
        await using var wire = await WireServer.Start(WireServer.Reply(200, """{"data":[{"id":"m"}]}"""));
        Assert.Equal(ProbeFailure.AddressRefused, (await Verify($"{wire.Url}v1", isLocal: false)).ErrorCode);
        Assert.Empty(wire.Requests);
    }

    [Fact]
    public async Task The_limit_of_a_trial_is_called_as_the_model_knows_it()
    {
        await using var wire = await WireServer.Start(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            var refuses = (await body.ReadToEndAsync()).Contains("\"max_tokens\"", StringComparison.Ordinal);
            var answer = refuses
                ? """{"error":{"message":"Use 'max_completion_tokens' instead of 'max_tokens'."}}"""
                : """{"data":[{"id":"m"}],"choices":[]}""";
            await WireServer.Reply(refuses ? 400 : 200, answer)(context);
        });
        Assert.Equal("message", (await Verify($"{wire.Url}v1", isLocal: true, "m")).CheckedVia);
    }

    private static async Task<ProbeResult> Verify(string url, bool isLocal, string model = "")
    {
        using var http = new GuardedHttp(new GuardedHttpOptions());
        var probe = new ProviderProbe(new ProviderCalls(http), TimeProvider.System);
        return await probe.Verify(new ProbeTarget("my-own", new ProviderAccess("openai", url, ""), isLocal, model), CancellationToken.None);
    }
}
