using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Providers;

/// <summary><c>koda providers connect</c></summary>
internal static class ConnectCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string>("provider") { Description = "A provider of the list, or an id of your own for another address." };
        var url = new Option<string?>("--base-url")
        {
            Description = "The address of the API. A provider of the list has its own.",
            HelpName = "URL",
        };
        var key = new Option<bool>("--key-stdin")
        {
            Description = "Read the API key from stdin. A key is never an argument, where others could see it.",
        };
        var local = new Option<bool>("--local")
        {
            Description =
                "Connect an endpoint of this machine or network, which needs no key: ollama, claude, or an id of your own for LM Studio, vLLM, llama.cpp and the like.",
        };
        var model = new Option<string?>("--model") { Description = "The model of agents that name none." };
        var window = new Option<long?>("--context-tokens")
        {
            Description = "How many tokens its models read, where a local endpoint does not tell it.",
            HelpName = "N",
        };
        var unverified = new Option<bool>("--no-verify") { Description = "Save the connection without trying it." };
        var command = new TaughtCommand(
            "connect",
            "Connects a provider. The connection is tried first; one that does not work is not saved.",
            """
            koda providers connect anthropic --key-stdin < key.txt
            koda providers connect ollama
            koda providers connect lmstudio --local --base-url http://127.0.0.1:1234/v1 --model qwen3-8b
            koda providers connect my-server --local --base-url http://127.0.0.1:8000/v1 --context-tokens 32768
            koda providers connect my-gateway --base-url https://models.example.com/v1 --key-stdin < key.txt
            """) { id, url, key, local, model, window, unverified };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var provider = parse.GetRequiredValue(id);
            var secret = parse.GetValue(key) ? await ReadKey(session.Terminal, cancellationToken) : "";
            var isLocal = parse.GetValue(local) || provider == "ollama";
            if (parse.GetValue(window) is not null && !isLocal)
                throw new CliException("--context-tokens is for local endpoints.", ExitCode.Usage, "Give it with --local.", "cli.usage");
            var endpoint = Local(provider, secret, parse.GetValue(url), parse.GetValue(model), !parse.GetValue(unverified));
            if (parse.GetValue(window) is { } given)
                endpoint.ContextTokens = given;
            var connection = isLocal
                ? await session.Client.Providers.SaveLocalEndpointAsync(endpoint, cancellationToken)
                : await session.Client.Providers.SaveApiKeyAsync(
                    WithKey(provider, secret, parse.GetValue(url), parse.GetValue(model), !parse.GetValue(unverified)), cancellationToken);
            if (isLocal && await LocalWindow.IsUnknown(session, connection, cancellationToken))
                connection = await LocalWindow.Ask(session, endpoint, connection, cancellationToken);
            session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(connection) : Words(connection));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Words(ProviderConnection connection)
    {
        var account = connection.AccountLabel.Length > 0 ? $", as {Printable.Line(connection.AccountLabel, 60)}" : "";
        var model =
            connection.DefaultModel.Length > 0 ? $" Agents that name no model use {Printable.Line(connection.DefaultModel, 80)}." : "";
        return $"{connection.Title} is connected ({ProvidersCommand.State(connection)}){account}.{model}";
    }

    private static SaveApiKeyRequest WithKey(string provider, string key, string? url, string? model, bool verify)
    {
        var request = new SaveApiKeyRequest { ProviderId = provider, ApiKey = key, VerifyAfterSave = verify };
        if (url is not null)
            request.BaseUrl = url;
        if (model is not null)
            request.DefaultModel = model;
        return request;
    }

    private static SaveLocalEndpointRequest Local(string provider, string key, string? url, string? model, bool verify)
    {
        var request = new SaveLocalEndpointRequest { ProviderId = provider, ApiKey = key, VerifyAfterSave = verify };
        if (url is not null)
            request.BaseUrl = url;
        if (model is not null)
            request.DefaultModel = model;
        return request;
    }

    private static async Task<string> ReadKey(CliTerminal terminal, CancellationToken cancellationToken)
    {
        var key = (await terminal.In.ReadToEndAsync(cancellationToken)).Trim();
        return key.Length > 0
            ? key
            : throw new CliException("stdin holds no key.", ExitCode.Usage, "See: koda providers connect --help", "provider.key_missing");
    }
}
