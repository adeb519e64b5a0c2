using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Agents;

/// <summary><c>koda agents secret</c></summary>
internal static class AgentSecretCommand
{
    private static readonly Listing<AgentSecret> s_listing = new(
        secret => secret.SecretKey, new("SECRET", secret => secret.SecretKey), new("WRITTEN", secret => Units.Moment(secret.UpdatedAt)));

    public static Command Create(CommonOptions common) => new TaughtCommand(
        "secret",
        "Secrets of an agent: variables that its commands find in their environment. They are written and never read.",
        """
        printf %s "$TOKEN" | koda agents secret set reviewer GITHUB_TOKEN
        koda agents secret list reviewer
        koda agents secret remove reviewer GITHUB_TOKEN
        """)
    { Set(common, AgentArgument.Create(), Name()), List(common, AgentArgument.Create()), Remove(common, AgentArgument.Create(), Name()) };

    private static Argument<string> Name() => new("name") { Description = "The name of the variable." };

    private static TaughtCommand Set(CommonOptions common, Argument<string> id, Argument<string> name)
    {
        var command = new TaughtCommand(
            "set", "Stores a secret that is read from stdin.", "koda agents secret set reviewer GITHUB_TOKEN < token.txt")
        {
            id,
            name,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                // The end of line is the editor's, not the secret's.
                var value = (await session.Terminal.In.ReadToEndAsync(cancellationToken)).TrimEnd('\r', '\n');
                var secret = await session.Client.Agents.SetSecretAsync(
                    parse.GetRequiredValue(id), parse.GetRequiredValue(name), value, cancellationToken);
                session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(secret) : $"{secret.SecretKey} is stored.");
                return ExitCode.Ok;
            });
        return command;
    }

    private static TaughtCommand List(CommonOptions common, Argument<string> id)
    {
        var command = new TaughtCommand("list", "Lists the names of an agent's secrets.", "koda agents secret list reviewer")
        {
            id,
            common.Output,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var secrets = await session.Client.Agents.ListSecretsAsync(parse.GetRequiredValue(id), cancellationToken);
                s_listing.Write(session, secrets.Items, _ => JsonOutput.Text(secrets), "The agent has no secrets.");
                return ExitCode.Ok;
            });
        return command;
    }

    private static TaughtCommand Remove(CommonOptions common, Argument<string> id, Argument<string> name)
    {
        var command = new TaughtCommand("remove", "Removes a secret.", "koda agents secret remove reviewer GITHUB_TOKEN") { id, name };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var removed = await session.Client.Agents.RemoveSecretAsync(
                    parse.GetRequiredValue(id), parse.GetRequiredValue(name), cancellationToken);
                session.Terminal.Out.WriteLine(
                    session.Json ? JsonOutput.Text(removed) : $"{parse.GetRequiredValue(name).ToUpperInvariant()} is removed.");
                return ExitCode.Ok;
            });
        return command;
    }
}
