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

    [Fact]
    public async Task How_many_tasks_use_a_connection_and_its_models_is_limited()
    {
        var limited = await koda.RunAsync("providers", "limit", "offline", "8", "--model", "offline=2");
        Assert.True(limited.ExitCode == ExitCode.Ok, limited.Error);
        Assert.Equal("Offline: at most 8 tasks at once; offline at most 2.", limited.Out.Trim());

        Assert.Contains("at most 8 tasks, offline at most 2", (await koda.RunAsync("providers")).Out);
        Assert.Equal("Offline: no limit.", (await koda.RunAsync("providers", "limit", "offline", "0")).Out.Trim());
        Assert.Equal(ExitCode.Usage, (await koda.RunAsync("providers", "limit", "offline", "8", "--model", "offline")).ExitCode);
    }

    [Fact]
    public async Task The_connection_of_agents_that_name_none_is_chosen_and_shown()
    {
        var chosen = await koda.RunAsync("providers", "default", "offline", "--model", "offline");
        Assert.True(chosen.ExitCode == ExitCode.Ok, chosen.Error);

        Assert.Equal("Agents that name none use core:offline with offline.", (await koda.RunAsync("providers", "default")).Out.Trim());
        using var json = JsonDocument.Parse((await koda.RunAsync("providers", "default", "--json")).Out);
        Assert.True(json.RootElement.GetProperty("agents").GetProperty("chosen").GetBoolean());
    }
}
