using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Client;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Identity;

/// <summary><c>koda password</c></summary>
internal static class PasswordCommand
{
    public static Command Create(CommonOptions common) => new TaughtCommand(
        "password",
        "Changes the owner's password, sets a new one with a recovery code, and gives new recovery codes.",
        """
        koda password change
        koda password recover ana
        koda password codes
        koda password codes --new
        """) { Change(common), Recover(common), Codes(common) };

    private static TaughtCommand Change(CommonOptions common)
    {
        var fromInput = new Option<bool>("--password-stdin")
        {
            Description = "Read the current password from the first line of stdin and the new one from the second.",
        };
        var command = new TaughtCommand(
            "change",
            "Sets a new password. This session goes on, every other one ends; API tokens stay.",
            """
            koda password change
            koda password change --password-stdin < passwords.txt
            """
        )
        {
            fromInput,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var current = await PasswordInput.Read(
                    session.Terminal, "Current password: ", parse.GetValue(fromInput), cancellationToken);
                var wanted = await PasswordInput.ReadNew(session.Terminal, parse.GetValue(fromInput), cancellationToken);
                var done = await session.Client.Auth.ChangePasswordAsync(current, wanted, cancellationToken);
                session.Terminal.Out.WriteLine(
                    session.Json ? JsonOutput.Text(done) : "The password is changed; every other session has ended.");
                return ExitCode.Ok;
            });
        return command;
    }

    private static TaughtCommand Recover(CommonOptions common)
    {
        var identifier = new Argument<string>("identifier") { Description = "The username or the e-mail address." };
        var fromInput = new Option<bool>("--password-stdin")
        {
            Description = "Read the recovery code from the first line of stdin and the new password from the second.",
        };
        var command = new TaughtCommand(
            "recover",
            "Sets a new password with a recovery code. Every session ends, and the other codes with it.",
            """
            koda password recover ana
            koda password recover ana --password-stdin < code-and-password.txt
            """) { identifier, fromInput };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var code = await PasswordInput.Read(session.Terminal, "Recovery code: ", parse.GetValue(fromInput), cancellationToken);
            var wanted = await PasswordInput.ReadNew(session.Terminal, parse.GetValue(fromInput), cancellationToken);
            await using var client = new KodaClient(session.ClientOptions() with { Token = null });
            var done = await client.Auth.RecoverPasswordAsync(parse.GetRequiredValue(identifier), code, wanted, cancellationToken);
            session.Terminal.Out.WriteLine(session.Json
                ? JsonOutput.Text(done)
                : "The new password is set. Every session and recovery code has ended: koda login, then koda password codes --new");
            return ExitCode.Ok;
        });
        return command;
    }

    private static TaughtCommand Codes(CommonOptions common)
    {
        var renew = new Option<bool>("--new") { Description = "Give ten new codes; the old ones end." };
        var fromInput = PasswordInput.StdinOption();
        var command = new TaughtCommand(
            "codes",
            "Says how many recovery codes are left, or gives new ones.",
            """
            koda password codes
            koda password codes --new
            """
        )
        {
            renew,
            fromInput,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                if (!parse.GetValue(renew))
                {
                    var count = await session.Client.Auth.GetRecoveryCodesAsync(cancellationToken);
                    session.Terminal.Out.WriteLine(
                        session.Json ? JsonOutput.Text(count) : $"{count.Remaining} of {Units.Count(count.Total, "recovery code")} left.");
                    return ExitCode.Ok;
                }
                var password = await PasswordInput.Read(
                    session.Terminal, "Current password: ", parse.GetValue(fromInput), cancellationToken);
                var codes = await session.Client.Auth.RegenerateRecoveryCodesAsync(password, cancellationToken);
                session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(codes) : Words(codes));
                return ExitCode.Ok;
            });
        return command;
    }

    private static string Words(RecoveryCodes codes) =>
        $"""
        Each of these codes sets a new password once. They are not shown again:
        {string.Join('\n', codes.RecoveryCodes_.Select(code => "  " + code))}
        """;
}
