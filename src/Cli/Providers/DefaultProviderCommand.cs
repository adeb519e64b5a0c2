using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Providers;

/// <summary><c>koda providers default</c></summary>
internal static class DefaultProviderCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string?>("provider")
        {
            Description = "The provider. Absent: say which it is.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var model = new Option<string?>("--model") { Description = "The model of agents that name none." };
        var command = new TaughtCommand(
            "default",
            "Shows or chooses the connection, and its model, of agents that name none.",
            """
            koda providers default
            koda providers default ollama --model qwen3:8b
            """
        )
        {
            id,
            model,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                if (parse.GetValue(id) is not { Length: > 0 } provider)
                {
                    if (parse.GetValue(model) is not null)
                        throw new CliException(
                            "--model needs a provider.", ExitCode.Usage, "See: koda providers default --help", "cli.usage");
                    var defaults = await session.Client.Connections.ListDefaultsAsync(cancellationToken);
                    session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(defaults) : Words(defaults.Agents));
                    return ExitCode.Ok;
                }
                var request = new SetConnectionDefaultRequest { ConnectionKey = "core:" + provider, ForAgents = true };
                if (parse.GetValue(model) is { } named)
                    request.Model = named;
                var chosen = await session.Client.Connections.SetDefaultAsync(request, cancellationToken);
                session.Terminal.Out.WriteLine(
                    session.Json
                        ? JsonOutput.Text(chosen)
                        : $"Agents that name none use {chosen.Connection.Title}{Model(chosen.Connection.DefaultModel)}.");
                return ExitCode.Ok;
            });
        return command;
    }

    private static string Words(AgentConnectionDefault? agents) => agents is null
        ? "Nothing is connected. Connect a provider with: koda providers connect PROVIDER --key-stdin"
        : $"Agents that name none use {agents.ConnectionKey}{Model(agents.Model)}{(agents.Chosen ? "" : ", the first that is connected")}.";

    private static string Model(string model) => model.Length > 0 ? $" with {Printable.Line(model, 80)}" : "";
}
