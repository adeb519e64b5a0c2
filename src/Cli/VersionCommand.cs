using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using Koda.Client;

namespace Koda.Cli;

/// <summary><c>koda version</c></summary>
internal static class VersionCommand
{
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "version", "Shows the version of this command and of the server, when one answers.", "koda version --json");
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var server = await ServerVersion(session, cancellationToken);
                session.Terminal.Out.WriteLine(
                    session.Json
                        ? JsonSerializer.Serialize(new { version = Version, server_version = server })
                        : $"koda {Version}\nserver {server ?? "none answers"}");
                return ExitCode.Ok;
            });
        return command;
    }

    private static async Task<string?> ServerVersion(Session session, CancellationToken cancellationToken)
    {
        try
        {
            await using var client = new KodaClient(
                session.ClientOptions() with { MaxAttempts = 1, CallTimeout = TimeSpan.FromSeconds(2) });
            return (await client.GetReadinessAsync(cancellationToken)).Version;
        }
        catch (KodaException e) when (e.Unreachable || e.Status == Grpc.Core.StatusCode.DeadlineExceeded)
        {
            return null;
        }
    }
}
