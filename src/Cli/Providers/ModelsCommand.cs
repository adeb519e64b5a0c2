using System.CommandLine;
using System.Globalization;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Providers;

/// <summary><c>koda models</c></summary>
internal static class ModelsCommand
{
    private static readonly Listing<Model> s_listing = new(
        model => model.Id,
        new("MODEL", model => model.Id),
        new("PROVIDER", model => model.ProviderId),
        new("CONTEXT", model => model.HasContextTokens ? model.ContextTokens.ToString("N0", CultureInfo.InvariantCulture) : "")
        {
            Right = true,
        },
        new("INPUT", model => Price(model.Prices?.InputMicros)) { Right = true },
        new("OUTPUT", model => Price(model.Prices?.OutputMicros)) { Right = true },
        new("TOOLS", model => model.Abilities.HasTools ? model.Abilities.Tools ? "yes" : "no" : "", Importance.Detail));

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
            """
        )
        {
            id,
            refresh,
            common.Output,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var provider = parse.GetValue(id) ?? "";
                if (parse.GetValue(refresh))
                {
                    if (provider.Length == 0)
                        throw new CliException("--refresh needs a provider.", ExitCode.Usage, "See: koda models --help", "cli.usage");
                    await session.Client.Providers.RefreshModelsAsync(provider, cancellationToken);
                }
                var models = await session.Client.Providers.ListModelsAsync(provider, cancellationToken).ToListAsync(cancellationToken);
                s_listing.Write(
                    session,
                    models,
                    JsonOutput.List,
                    "No models are known. Connect a provider with: koda providers connect PROVIDER --key-stdin");
                return ExitCode.Ok;
            });
        return command;
    }

    private static string Price(long? micros) =>
        micros is { } known ? string.Create(CultureInfo.InvariantCulture, $"${Units.Dollars(known):0.00}") : "unknown";
}
