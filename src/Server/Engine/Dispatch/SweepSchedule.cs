using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Dispatch;

/// <summary>When each sweep is due, asked in one look.</summary>
internal sealed class SweepSchedule(Database database, IEnumerable<ISweep> sweeps)
{
    private readonly IReadOnlyList<ISweep> _sweeps = [.. sweeps];
    private readonly string _sql =
        $"select {string.Join(", ", sweeps.Select(sweep => $"extract(epoch from {sweep.NextDueSql} - clock_timestamp())::float8"))}";

    /// <returns>Each sweep that something is known of, with the time until then; negative when it is due already.</returns>
    public Task<IReadOnlyList<(ISweep Sweep, TimeSpan In)>> Read(CancellationToken cancellationToken) =>
        database.Read(Read, cancellationToken);

    private async Task<IReadOnlyList<(ISweep Sweep, TimeSpan In)>> Read(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(_sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var due = new List<(ISweep, TimeSpan)>();
        for (var i = 0; i < _sweeps.Count; i++)
        {
            if (!reader.IsDBNull(i))
                due.Add((_sweeps[i], TimeSpan.FromSeconds(reader.GetDouble(i))));
        }
        return due;
    }
}
