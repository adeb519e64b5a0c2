using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Identity;

/// <summary><c>koda token</c></summary>
internal static class TokenCommand
{
    private static readonly Listing<ApiToken> s_listing = new(
        token => token.Id,
        new("ID", token => token.Id),
        new("NAME", token => token.TokenName),
        new("STATE", State),
        new("LAST USED", token => token.LastUsedAt is { } used ? Units.Moment(used) : "never"),
        new("SCOPES", token => string.Join(' ', token.Scopes), Importance.Detail),
        new("BEGINS", token => token.TokenPrefix, Importance.Extra));

    public static Command Create(CommonOptions common) => new TaughtCommand(
        "token",
        "Creates, lists and revokes API tokens.",
        """
        koda token create ci --scope runtime --days 30
        koda token list
        koda token revoke 0198...
        """) { CreateToken(common), ListTokens(common), RevokeToken(common) };

    private static TaughtCommand CreateToken(CommonOptions common)
    {
        var name = new Argument<string>("name") { Description = "The token's name for people." };
        var scopes = new Option<string[]>("--scope")
        {
            Description =
                "What it may do: control_plane (the default), runtime, read, worker, or a single scope such as agents.read. Can be given again.",
            HelpName = "SCOPE",
        };
        var days = new Option<int>("--days") { Description = "How many days it is valid. Default: 90." };
        var command = new TaughtCommand(
            "create",
            "Creates a token and prints its secret, which is not shown again.",
            """
            koda token create ci --scope runtime
            KODA_TOKEN=$(koda token create dashboard --scope read) koda tasks
            """
        )
        {
            name,
            scopes,
            days,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var request = new CreateTokenRequest
                {
                    Name = parse.GetRequiredValue(name),
                    ExpiresInDays = parse.GetValue(days),
                    Scopes = { parse.GetValue(scopes) ?? [] },
                };
                var created = await session.Client.Auth.CreateTokenAsync(request, cancellationToken);
                session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(created) : created.Token);
                return ExitCode.Ok;
            });
        return command;
    }

    private static TaughtCommand ListTokens(CommonOptions common)
    {
        var command = new TaughtCommand("list", "Lists the tokens, newest first, without their secrets.", "koda token list")
        {
            common.Output,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var tokens = await session.Client.Auth.ListTokensAsync(cancellationToken).ToListAsync(cancellationToken);
                s_listing.Write(session, tokens, JsonOutput.List, "There is no token. Create one with: koda token create NAME");
                return ExitCode.Ok;
            });
        return command;
    }

    private static TaughtCommand RevokeToken(CommonOptions common)
    {
        var id = new Argument<string>("id") { Description = "The token's id, from koda token list." };
        var command = new TaughtCommand("revoke", "Ends a token, on every server at once.", "koda token revoke 0198...") { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var done = await session.Client.Auth.RevokeTokenAsync(parse.GetRequiredValue(id), cancellationToken);
            session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(done) : "Revoked.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string State(ApiToken token) => token switch
    {
        { RevokedAt: not null } => "revoked",
        { ExpiresAt: null } => "valid",
        _ => $"until {Units.Moment(token.ExpiresAt)}",
    };
}
