using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Providers;

/// <summary><c>koda providers</c></summary>
internal static class ProvidersCommand
{
    private static readonly Listing<ProviderConnection> s_listing = new(
        provider => provider.ProviderId,
        new("PROVIDER", provider => provider.ProviderId),
        new("NAME", provider => provider.Title, Importance.Detail),
        new("STATE", provider => string.Join(", ", Facts(provider))),
        new("BY", provider => provider.HasAuthMode
                ? provider.AuthMode switch
                {
                    AuthMode.ApiKey => "key",
                    AuthMode.Local => "local",
                    _ => "",
                }
                : ""),
        new("ACCOUNT", provider => provider.AccountLabel, Importance.Detail),
        new("DEFAULT MODEL", provider => provider.DefaultModel),
        new("ADDRESS", provider => provider.BaseUrl, Importance.Detail));

    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "providers",
            "Lists the model providers and their connections.",
            """
            koda providers
            koda providers connect openrouter --key-stdin < key.txt
            koda providers connect ollama --base-url http://127.0.0.1:11434
            koda providers verify anthropic
            koda providers default ollama --model qwen3:8b
            koda providers limit anthropic 8
            koda providers disconnect groq
            """)
        {
            common.Output,
            ConnectCommand.Create(common),
            VerifyProviderCommand.Create(common),
            DefaultProviderCommand.Create(common),
            LimitProviderCommand.Create(common),
            DisconnectCommand.Create(common),
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var providers = await session.Client.Providers.ListAsync(cancellationToken);
            s_listing.Write(session, providers, JsonOutput.List, "There is no provider.");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Where a connection stands, in words.</summary>
    public static string State(ProviderConnection connection) => connection.ConnectionStatus switch
    {
        ConnectionStatus.NotConfigured => "not connected",
        ConnectionStatus.Failed => $"failed: {connection.LastErrorCode}",
        var status => status.ToString().ToLowerInvariant(),
    };

    private static IEnumerable<string> Facts(ProviderConnection connection)
    {
        yield return State(connection);
        if (connection.IsDefault)
            yield return "default";
        if (connection.MaxConcurrentTasks > 0)
            yield return $"at most {Units.Count(connection.MaxConcurrentTasks, "task")}";
        foreach (var limit in connection.ModelLimits)
            yield return $"{Printable.Line(limit.Model, 40)} at most {limit.MaxConcurrentTasks}";
        foreach (var pause in connection.Cooldowns)
            yield return $"{(pause.Model.Length > 0 ? Printable.Line(pause.Model, 40) + " " : "")}left alone until {Units.Moment(pause.Until)}";
    }
}
