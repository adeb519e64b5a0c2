using System.CommandLine;
using Koda.Cli.Terminal;

namespace Koda.Cli.Providers;

/// <summary><c>koda providers verify</c></summary>
internal static class VerifyProviderCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string>("provider") { Description = "The provider." };
        var model = new Option<string>("--model")
        {
            Description = "A model that has to answer too, which costs a token.",
            DefaultValueFactory = _ => "",
        };
        var command = new TaughtCommand("verify", "Tries a connection by the cheapest real call.", "koda providers verify anthropic")
        {
            id,
            model,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var found = await session.Client.Providers.VerifyAsync(
                    parse.GetRequiredValue(id), parse.GetValue(model) ?? "", cancellationToken);
                var verification = found.Verification;
                session.Terminal.Out.WriteLine(
                    session.Json ? JsonOutput.Text(found)
                    : verification.Verified
                        ? $"{found.Connection.Title} works: {Units.Count(verification.ModelCount, "model")}, {verification.LatencyMs} ms."
                    : $"{found.Connection.Title} does not work: {Printable.Line(verification.LastError, 300)} ({verification.LastErrorCode})"
                );
                return verification.Verified ? ExitCode.Ok : ExitCode.Failed;
            });
        return command;
    }
}
