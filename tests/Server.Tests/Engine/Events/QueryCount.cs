using System.Diagnostics;
using Koda.Testing;
using Npgsql;

namespace Koda.Server.Tests.Engine.Events;

/// <summary>Counts, until it is disposed, what this process asks one class's database.</summary>
internal sealed class QueryCount : IDisposable
{
    private readonly ActivityListener _listener;
    private int _count;

    /// <param name="postgres">Whose database.</param>
    /// <param name="part">A part of the statements that count.</param>
    public QueryCount(PostgresFixture postgres, string part)
    {
        var database = new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Database;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("db.namespace") as string == database
                    && activity.GetTagItem("db.query.text") is string text && text.Contains(part, StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref _count);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => _count;

    public void Dispose() => _listener.Dispose();
}
