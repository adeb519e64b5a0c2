using Koda.Server.Engine;
using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Hosting;

/// <summary>The log as the database holds it, with no server in between.</summary>
public static class StoredLog
{
    /// <summary>Recomputes every hash chain. A private PostgreSQL that does not run is started for the time that it takes.</summary>
    /// <param name="dataDirectory">The data directory of a server. Not read when <paramref name="databaseUrl"/> is given.</param>
    /// <param name="databaseUrl">A PostgreSQL of yours. Null: the private one of the data directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is no database, or it does not start.</exception>
    public static async Task<StoredLogReport> Verify(string dataDirectory, string? databaseUrl, CancellationToken cancellationToken)
    {
        if (databaseUrl is not null)
            return await Verify(DatabaseUrl.ToConnectionString(databaseUrl), cancellationToken);
        await using var database = await PrivateDatabase.Open(dataDirectory, cancellationToken);
        return await Verify(database.ConnectionString, cancellationToken);
    }

    private static async Task<StoredLogReport> Verify(string connectionString, CancellationToken cancellationToken)
    {
        await using var database = new Database(new DatabaseOptions
        {
            ConnectionString = connectionString,
            Patience = Timeout.InfiniteTimeSpan,
            StatementLimit = TimeSpan.Zero,
        });
        try
        {
            var report = await new VerifyLog(database).VerifyAll(cancellationToken);
            var found = report.FirstBreak is { } fault ? $"stream {fault.StreamId}, event {fault.Seq}: {fault.Fault}" : null;
            return new StoredLogReport(report.Streams, report.Events, found);
        }
        catch (EngineException e)
        {
            throw new InvalidOperationException(e.Message, e);
        }
    }
}
