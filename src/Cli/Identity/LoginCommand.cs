using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli.Identity;

/// <summary><c>koda login</c></summary>
internal static class LoginCommand
{
    public static Command Create(CommonOptions common)
    {
        var identifier = new Argument<string?>("identifier")
        {
            Description = "The username or the e-mail address. Default: it is asked for.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var fromInput = PasswordInput.StdinOption();
        var command = new TaughtCommand(
            "login",
            "Signs in. The session is kept in the data directory, readable by you only, and used by every command until koda logout.",
            """
            koda login
            koda login ana --password-stdin < password.txt
            koda login ana --url https://koda.example
            """
        )
        {
            identifier,
            fromInput,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var terminal = session.Terminal;
                var who = parse.GetValue(identifier) ?? await PasswordInput.Ask(terminal, "Username or e-mail: ", cancellationToken);
                var password = await PasswordInput.Read(terminal, "Password: ", parse.GetValue(fromInput), cancellationToken);
                // Whoever signs in has no valid credential yet, or wants another one.
                await using var client = new KodaClient(session.ClientOptions() with { Token = null });
                var reply = await client.Auth.LoginAsync(who, password, session.Files.Device.Read(client.Options.Url), cancellationToken);
                session.Files.Session.Write(client.Options.Url, reply.SessionToken);
                // An older server gives none.
                if (reply.DeviceToken.Length > 0)
                    session.Files.Device.Write(client.Options.Url, reply.DeviceToken);
                terminal.Out.WriteLine(
                    session.Json
                        ? JsonOutput.Text(reply.Operator)
                        : $"Signed in as {Printable.Line(reply.Operator.Username, 64)} at {client.Options.Url}.");
                return ExitCode.Ok;
            });
        return command;
    }
}
