using System.Diagnostics;
using System.Net.Sockets;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Koda.Server.Hosting;

/// <summary>
/// Looks whether a database of the operator's can be used before anything else asks it. One that does not answer is waited for, since it
/// may start beside the server; what a person has to put right is said at once.
/// </summary>
internal static partial class DatabaseAtStart
{
    private const string NoPassword = "No password";
    private static readonly TimeSpan s_betweenTries = TimeSpan.FromMilliseconds(500);

    /// <param name="connectionString">The database.</param>
    /// <param name="patience">How long one that does not answer is waited for.</param>
    /// <param name="log">Told that it is waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ServerStartException">It cannot be used.</exception>
    public static async Task Require(string connectionString, TimeSpan patience, ILogger log, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        var address = settings.Host?.StartsWith('/') == true ? settings.Host : $"{settings.Host}:{settings.Port}";
        var begin = Stopwatch.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(settings.ConnectionString);
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException failure)
            {
                if (Refusal(failure, settings, address) is { } refusal)
                    throw refusal;
                var problem = Problem(failure);
                if (Stopwatch.GetElapsedTime(begin) > patience)
                    throw new ServerStartException(
                        StartFault.Database, $"No database answers at {address}: {problem}.",
                        "Start it, or correct the address in --database-url or KODA_DATABASE_URL.", failure);
                if (attempt == 1)
                    Waiting(log, address, problem, (int)patience.TotalSeconds);
                await Task.Delay(s_betweenTries, TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>What no waiting mends; null when waiting may.</summary>
    private static ServerStartException? Refusal(NpgsqlException failure, NpgsqlConnectionStringBuilder settings, string address)
    {
        var database = settings.Database is { Length: > 0 } named ? named : settings.Username;
        return failure switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => Fault(
                $"There is no database '{database}' at {address}.",
                $"Create it with: createdb -h {settings.Host} -p {settings.Port} -U {settings.Username} {database}"),
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } => Fault(
                $"The database at {address} refuses the password of '{settings.Username}'.",
                "Correct it in --database-url or KODA_DATABASE_URL."),
            PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } refused => Fault(
                $"The database at {address} refuses '{settings.Username}': {refused.MessageText}.",
                "Correct the user in --database-url or KODA_DATABASE_URL, or let it in by pg_hba.conf."),
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused => Fault(
                $"'{settings.Username}' may not use the database '{database}' at {address}: {refused.MessageText}.",
                "Give it the database: alter database ... owner to ..."),
            _ when failure.Message.StartsWith(NoPassword, StringComparison.Ordinal) => Fault(
                $"The database at {address} asks for a password of '{settings.Username}'.",
                "Give it in --database-url or KODA_DATABASE_URL: postgres://user:password@host/database"),
            PostgresException when DatabaseFailures.TroubleOf(failure) is not null => null,
            { InnerException: SocketException or IOException or TimeoutException } => null,
            _ => Fault(
                $"The database at {address} cannot be used: {failure.Message.TrimEnd('.')}.",
                "Correct --database-url or KODA_DATABASE_URL."),
        };

        ServerStartException Fault(string message, string hint) => new(StartFault.Database, message, hint, failure);
    }

    private static string Problem(NpgsqlException failure) =>
        failure.InnerException switch
        {
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
                "the name of its host is not known",
            SocketException socket => socket.Message,
            TimeoutException => "nothing came in time",
            _ => failure is PostgresException { MessageText: var text } ? text : failure.Message.TrimEnd('.'),
        };

    [LoggerMessage(1, LogLevel.Warning, "Waiting for the database at {Address}, for {Seconds} seconds at most: {Problem}.")]
    private static partial void Waiting(ILogger logger, string address, string problem, int seconds);
}
