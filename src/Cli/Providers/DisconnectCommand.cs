using System.CommandLine;
using Koda.Cli.Terminal;

namespace Koda.Cli.Providers;

/// <summary><c>koda providers disconnect</c></summary>
internal static class DisconnectCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string>("provider") { Description = "The provider." };
        var command = new TaughtCommand("disconnect", "Removes a connection and its key.", "koda providers disconnect groq") { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var connection = await session.Client.Providers.DisconnectAsync(parse.GetRequiredValue(id), cancellationToken);
            session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(connection) : $"{connection.Title} is not connected any more.");
            return ExitCode.Ok;
        });
        return command;
    }
}
