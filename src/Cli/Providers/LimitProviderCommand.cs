using System.CommandLine;
using System.Globalization;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Providers;

/// <summary><c>koda providers limit</c></summary>
internal static class LimitProviderCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string>("provider") { Description = "The provider." };
        var most = new Argument<int>("tasks")
        {
            Description = "How many tasks may use it at once, over all servers. 0: as many as there are.",
        };
        var models = new Option<string[]>("--model")
        {
            Description = "A limit of one model within that. Can be given again.",
            HelpName = "MODEL=TASKS",
        };
        var command = new TaughtCommand(
            "limit",
            "Sets how many tasks may use a connection at once, in place of the limits before. The others wait, and koda tasks says for what.",
            """
            koda providers limit anthropic 8
            koda providers limit ollama 2 --model qwen3:8b=1
            koda providers limit anthropic 0
            """
        )
        {
            id,
            most,
            models,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var limits = (parse.GetValue(models) ?? []).Select(ReadLimit).ToList();
                var connection = await session.Client.Providers.SetLimitsAsync(
                    parse.GetRequiredValue(id), parse.GetRequiredValue(most), limits, cancellationToken);
                session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(connection) : Words(connection));
                return ExitCode.Ok;
            });
        return command;
    }

    private static ModelLimit ReadLimit(string text)
    {
        // Names of models have '=' nowhere, but they do have colons.
        var at = text.LastIndexOf('=');
        return at > 0 && int.TryParse(text[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var most)
            ? new ModelLimit { Model = text[..at], MaxConcurrentTasks = most }
            : throw new CliException(
                $"'{Printable.Line(text, 80)}' is no limit of a model.",
                ExitCode.Usage,
                "Write MODEL=TASKS, such as qwen3:8b=1",
                "cli.usage");
    }

    private static string Words(ProviderConnection connection)
    {
        var whole =
            connection.MaxConcurrentTasks > 0 ? $"at most {Units.Count(connection.MaxConcurrentTasks, "task")} at once" : "no limit";
        var models = connection.ModelLimits.Select(limit => $"{Printable.Line(limit.Model, 80)} at most {limit.MaxConcurrentTasks}");
        return $"{connection.Title}: {string.Join("; ", models.Prepend(whole))}.";
    }
}
