using System.CommandLine;
using Koda.Cli.Terminal;

namespace Koda.Cli.Identity;

/// <summary><c>koda setup-code</c></summary>
internal static class SetupCodeCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "setup-code",
            "Prints a new setup code, with which the owner can be registered within 15 minutes.",
            """
            koda setup-code
            koda register ana ana@example.org --code $(koda setup-code)
            """);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var issued = await session.Client.Auth.IssueSetupCodeAsync(cancellationToken);
            session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(issued) : issued.Code);
            return ExitCode.Ok;
        });
        return command;
    }
}
