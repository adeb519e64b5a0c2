using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Secrets;

/// <summary><c>koda secrets</c></summary>
internal static class SecretsCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "secrets",
            "Shows the master key under which secrets are stored: its id, never itself.",
            """
            koda secrets
            koda secrets rotate-key
            """)
        { RotateKey(common) };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var key = await session.Client.Secrets.GetMasterKeyAsync(cancellationToken);
            session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(key) : Words(key));
            return ExitCode.Ok;
        });
        return command;
    }

    private static TaughtCommand RotateKey(CommonOptions common)
    {
        var command = new TaughtCommand(
            "rotate-key",
            "Replaces the master key and wraps every stored secret anew, while everything runs.",
            "koda secrets rotate-key",
            "With KODA_MASTER_KEY=<new>,<old> in the environment of the servers it wraps everything with the first key; then take the old one away."
        );
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var rotated = await session.Client.Secrets.RotateMasterKeyAsync(cancellationToken);
                session.Terminal.Out.WriteLine(
                    session.Json
                        ? JsonOutput.Text(rotated)
                        : $"Master key {rotated.KeyId} replaces {rotated.PreviousKeyId}: {Units.Count(rotated.Rewrapped, "secret")} wrapped anew."
                );
                return ExitCode.Ok;
            });
        return command;
    }

    private static string Words(MasterKey key)
    {
        var source = key.Source == MasterKeySource.File ? "the data folder" : "the environment";
        var text = $"Master key {key.KeyId} from {source} seals {Units.Count(key.Secrets, "secret")}.";
        if (key.SecretsWithOlderKeys > 0)
            text += $" {key.SecretsWithOlderKeys} are wrapped with an older key: koda secrets rotate-key moves them.";
        if (key.UnreadableSecrets > 0)
            text += $" {key.UnreadableSecrets} cannot be read with any key of this server.";
        return text;
    }
}
