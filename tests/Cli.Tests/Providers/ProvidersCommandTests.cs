using System.Text.Json;

namespace Koda.Cli.Tests.Providers;

[Collection(LocalKodaCollection.Name)]
public sealed class ProvidersCommandTests(LocalKoda koda)
{
    [Fact]
    public async Task Providers_are_listed_with_where_they_stand()
    {
        var list = await koda.RunAsync("providers");

        Assert.Equal(ExitCode.Ok, list.ExitCode);
        Assert.Contains("OpenRouter", list.Out);
        Assert.Contains("not connected", list.Out);
    }

    [Fact]
    public async Task A_connection_is_verified_and_its_models_are_listed()
    {
        var verified = await koda.RunAsync("providers", "verify", "offline");
        Assert.Equal(ExitCode.Ok, verified.ExitCode);
        Assert.Contains("works", verified.Out);

        var models = JsonDocument.Parse((await koda.RunAsync("models", "offline", "--json")).Out).RootElement.GetProperty("items");
        Assert.Equal("offline", models[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_key_comes_from_stdin_and_nowhere_else()
    {
        var empty = await koda.RunAsync("providers", "connect", "groq", "--key-stdin");
        Assert.Equal(ExitCode.Usage, empty.ExitCode);

        var argument = await koda.RunAsync("providers", "connect", "groq", "--key", "sk-visible");
        Assert.Equal(ExitCode.Usage, argument.ExitCode);
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_is_not_saved()
    {
        var refused = await koda.RunAsync("providers", "connect", "ollama", "--base-url", "http://127.0.0.1:1", "--json");

        Assert.Equal(ExitCode.Failed, refused.ExitCode);
        Assert.Contains("provider.verification_failed", refused.Error);
        Assert.Contains("not connected", (await koda.RunAsync("providers", "disconnect", "ollama")).Out);
    }
}
