using System.CommandLine;
using Koda.Client;

namespace Koda.Cli.Identity;

/// <summary><c>koda logout</c></summary>
internal static class LogoutCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand("logout", "Ends the session of koda login, on the server and here.", "koda logout");
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var options = session.ClientOptions();
            if (session.Files.Session.Read(options.Url) is { } token)
            {
                await using var client = new KodaClient(options with { Token = token });
                await client.Auth.LogoutAsync(cancellationToken);
                session.Files.Session.Delete();
            }

            session.Terminal.Out.WriteLine(session.Json ? """{"ok":true}""" : "Signed out.");
            return ExitCode.Ok;
        });
        return command;
    }
}
