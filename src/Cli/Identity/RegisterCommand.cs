using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Client;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Identity;

/// <summary><c>koda register</c></summary>
internal static class RegisterCommand
{
    public static Command Create(CommonOptions common)
    {
        var username = new Argument<string>("username") { Description = "The name to sign in with." };
        var email = new Argument<string>("email") { Description = "The e-mail address, which signs in as well." };
        var code = new Option<string?>("--code")
        {
            Description = "The setup code. Default: a new one, if this machine holds the operator's token.",
            HelpName = "XXXX-XXXX-XXXX",
        };
        var name = new Option<string>("--name") { Description = "The name for people.", DefaultValueFactory = _ => "" };
        var fromInput = PasswordInput.StdinOption();
        var command = new TaughtCommand(
            "register",
            "Registers the owner, signs in, and prints the recovery codes, once: keep them where you keep no password.",
            """
            koda register ana ana@example.org
            koda register ana ana@example.org --code 7K3M-PQ2X-9ABC --password-stdin < password.txt
            """) { username, email, code, name, fromInput };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var request = new RegisterOwnerRequest
            {
                Username = parse.GetRequiredValue(username),
                Email = parse.GetRequiredValue(email),
                DisplayName = parse.GetValue(name) ?? "",
                Password = await PasswordInput.ReadNew(session.Terminal, parse.GetValue(fromInput), cancellationToken),
                BootstrapCode = parse.GetValue(code) ?? (await session.Client.Auth.IssueSetupCodeAsync(cancellationToken)).Code,
            };
            await using var client = new KodaClient(session.ClientOptions() with { Token = null });
            var reply = await client.Auth.RegisterOwnerAsync(request, cancellationToken);
            session.Files.Session.Write(client.Options.Url, reply.SessionToken);
            if (reply.DeviceToken.Length > 0)
                session.Files.Device.Write(client.Options.Url, reply.DeviceToken);
            session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(reply) : Words(reply));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Words(RegisteredOwner owner) =>
        $"""
        {Printable.Line(owner.Operator.Username, 64)} owns this installation and is signed in.
        Each of these codes sets a new password once. They are not shown again:
        {string.Join('\n', owner.RecoveryCodes.Select(code => "  " + code))}
        """;
}
