using System.CommandLine;
using System.Globalization;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;
using Spectre.Console;

namespace Koda.Cli.Providers;

/// <summary><c>koda models</c></summary>
internal static class ModelsCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string>("provider") { Description = "Only models of this provider.", DefaultValueFactory = _ => "" };
        var refresh = new Option<bool>("--refresh") { Description = "Ask the provider now." };
        var command = new TaughtCommand(
            "models",
            "Lists the models of the connected providers, with their prices for a million tokens.",
            """
            koda models
            koda models openrouter --refresh
            """) { id, refresh };
        command.SetAction(async (parse, cancellation) =>
        {
            await using var session = common.Open(parse);
            var provider = parse.GetValue(id) ?? "";
            if (parse.GetValue(refresh))
            {
                if (provider.Length == 0) throw new CliException("--refresh needs a provider.", ExitCode.Usage, "See: koda models --help", "cli.usage");
                await session.Client.Providers.RefreshModelsAsync(provider, cancellation);
            }
            var models = await session.Client.Providers.ListModelsAsync(provider, cancellation).ToListAsync(cancellation);
            if (session.Json) session.Terminal.Out.WriteLine(JsonOutput.List(models));
            else if (models.Count == 0) session.Terminal.Out.WriteLine("No models are known. Connect a provider with: koda providers connect PROVIDER --key-stdin");
            else session.Terminal.Write(View(models));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Table View(List<Model> models)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("PROVIDER", "MODEL", "CONTEXT", "INPUT", "OUTPUT", "TOOLS");
        foreach (var model in models)
            table.AddRow(
                Markup.Escape(model.ProviderId), Markup.Escape(Printable.Line(model.Id, 80)),
                model.HasContextTokens ? model.ContextTokens.ToString("N0", CultureInfo.InvariantCulture) : "-",
                Price(model.Prices?.InputMicros), Price(model.Prices?.OutputMicros),
                model.Abilities.HasTools ? model.Abilities.Tools ? "yes" : "no" : "-");
        return table;
    }

    private static string Price(long? micros) => micros is { } known ? string.Create(CultureInfo.InvariantCulture, $"${Units.Dollars(known):0.00}") : "-";
}
