using System.Globalization;
using System.Text.Json;
using Koda.Cli.Terminal;
using Koda.Testing;
using Microsoft.AspNetCore.Http;

namespace Koda.Cli.Tests.Providers;

[Collection(LocalKodaCollection.Name)]
public sealed class ProvidersCommandTests(LocalKoda koda)
{
    [Fact]
    public async Task Providers_are_listed_with_where_they_stand()
    {
        var list = await koda.Run("providers");

        Assert.Equal(ExitCode.Ok, list.ExitCode);
        Assert.Contains("OpenRouter", list.Out);
        Assert.Contains("not connected", list.Out);
    }

    [Fact]
    public async Task A_connection_is_verified_and_its_models_are_listed()
    {
        var verified = await koda.Run("providers", "verify", "offline");
        Assert.Equal(ExitCode.Ok, verified.ExitCode);
        Assert.Contains("works", verified.Out);

        var models = JsonDocument.Parse((await koda.Run("models", "offline", "--json")).Out).RootElement.GetProperty("items");
        Assert.Equal("offline", models[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_key_comes_from_stdin_and_nowhere_else()
    {
        var empty = await koda.Run("providers", "connect", "groq", "--key-stdin");
        Assert.Equal(ExitCode.Usage, empty.ExitCode);

        var argument = await koda.Run("providers", "connect", "groq", "--key", "sk-visible");
        Assert.Equal(ExitCode.Usage, argument.ExitCode);
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_is_not_saved()
    {
        var refused = await koda.Run("providers", "connect", "ollama", "--base-url", "http://127.0.0.1:1", "--json");

        Assert.Equal(ExitCode.Failed, refused.ExitCode);
        Assert.Contains("provider.verification_failed", refused.Error);
        Assert.Contains("not connected", (await koda.Run("providers", "disconnect", "ollama")).Out);
    }

    [Fact]
    public async Task A_window_that_a_local_endpoint_does_not_tell_is_asked_for()
    {
        await using var server = await WireServer.Start(OnlyModels);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new CliTerminal
        {
            In = new StringReader("many\n32,768\n"),
            Out = output,
            Error = error,
            Interactive = true,
            Environment = _ => null,
        };

        var code = await KodaCommand.Run(
            ["providers", "connect", "asked", "--local", "--base-url", $"{server.Url}v1", "--data", koda.Data], terminal);

        Assert.True(code == ExitCode.Ok, error.ToString());
        Assert.Equal(2, error.ToString().Split("How many tokens does quiet-7b read?").Length - 1);
        Assert.Contains("A number such as 32768 is needed.", error.ToString());
        Assert.Equal(32_768, await Window("asked"));
        Assert.Contains("(verified)", output.ToString());
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_for_a_window_it_is_said_how_to_give_it()
    {
        await using var server = await WireServer.Start(OnlyModels);
        string[] connect = ["providers", "connect", "unasked", "--local", "--base-url", $"{server.Url}v1"];

        var silent = await koda.Run([.. connect, "--json"]);
        Assert.Equal(ExitCode.Ok, silent.ExitCode);
        Assert.Contains(
            "How many tokens quiet-7b reads is not known. Say it with: koda providers connect unasked --local --context-tokens N",
            silent.Error);
        Assert.Equal(0, await Window("unasked"));

        var given = await koda.Run("providers", "connect", "unasked", "--local", "--context-tokens", "8192");
        Assert.True(given.ExitCode == ExitCode.Ok, given.Error);
        Assert.DoesNotContain("is not known", given.Error);
        Assert.Equal(8192, await Window("unasked"));
        Assert.Equal(ExitCode.Usage, (await koda.Run("providers", "connect", "groq", "--context-tokens", "8192")).ExitCode);
    }

    [Fact]
    public async Task How_many_tasks_use_a_connection_and_its_models_is_limited()
    {
        var limited = await koda.Run("providers", "limit", "offline", "8", "--model", "offline=2");
        Assert.True(limited.ExitCode == ExitCode.Ok, limited.Error);
        Assert.Equal("Offline: at most 8 tasks at once; offline at most 2.", limited.Out.Trim());

        Assert.Contains("at most 8 tasks, offline at most 2", (await koda.Run("providers")).Out);
        Assert.Equal("Offline: no limit.", (await koda.Run("providers", "limit", "offline", "0")).Out.Trim());
        Assert.Equal(ExitCode.Usage, (await koda.Run("providers", "limit", "offline", "8", "--model", "offline")).ExitCode);
    }

    [Fact]
    public async Task The_connection_of_agents_that_name_none_is_chosen_and_shown()
    {
        var chosen = await koda.Run("providers", "default", "offline", "--model", "offline");
        Assert.True(chosen.ExitCode == ExitCode.Ok, chosen.Error);

        Assert.Equal("Agents that name none use core:offline with offline.", (await koda.Run("providers", "default")).Out.Trim());
        using var json = JsonDocument.Parse((await koda.Run("providers", "default", "--json")).Out);
        Assert.True(json.RootElement.GetProperty("agents").GetProperty("chosen").GetBoolean());
    }

    private static Task OnlyModels(HttpContext context) =>
        WireServer.Reply(context.Request.Path == "/v1/models" ? 200 : 404, """{"data":[{"id":"quiet-7b"}]}""")(context);

    private async Task<long> Window(string provider)
    {
        using var list = JsonDocument.Parse((await koda.Run("providers", "--json")).Out);
        var found = list
            .RootElement.GetProperty("items")
            .EnumerateArray()
            .Single(item => item.GetProperty("provider_id").GetString() == provider);
        return long.Parse(found.GetProperty("context_tokens").ToString(), CultureInfo.InvariantCulture);
    }
}
