using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Readiness;

/// <summary>What one part of the server says of itself. <paramref name="Reason"/> is a stable code, empty when the part works.</summary>
internal sealed record PartState(string Name, string Reason, string Detail)
{
    public bool IsOk => Reason.Length == 0;
}

/// <summary>
/// Finds out whether tasks are taken: the database works, the schema is current, the master key is the database's, work is handed out,
/// there is room on the disk. A trouble of the database that calls have met is told without asking it.
/// </summary>
internal sealed class CheckReadiness(
    Database database, Migrator migrator, CheckMasterKey masterKey, IDispatcherState dispatcher, ReadinessOptions options)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(1500);

    private readonly Lock _gate = new();
    private Task<Answer>? _asking;

    private sealed record Answer(IReadOnlyList<string> Pending, bool KeyIsOurs);

    public async Task<IReadOnlyList<PartState>> Execute(CancellationToken cancellationToken) =>
        [.. await Database(cancellationToken), Dispatcher(), Disk()];

    private async Task<PartState[]> Database(CancellationToken cancellationToken)
    {
        if (database.Health.Trouble is { } known)
            return InTrouble(known);
        try
        {
            var answer = await Ask().WaitAsync(s_patience, cancellationToken);
            var migrations = answer.Pending.Count == 0
                ? Ok("migrations")
                : new PartState("migrations", "migrations_pending", $"Not applied: {string.Join(", ", answer.Pending)}.");
            var key = answer.KeyIsOurs ? Ok("master_key") : new PartState("master_key", "master_key_mismatch", CheckMasterKey.Mismatch);
            return [Ok("database"), migrations, key];
        }
        catch (TimeoutException)
        {
            database.Health.Met(DatabaseTrouble.Unreachable);
            return InTrouble(DatabaseTrouble.Unreachable, $"No answer within {s_patience.TotalSeconds:0.#} seconds.");
        }
        catch (EngineException failure)
        {
            return InTrouble(database.Health.Trouble ?? DatabaseTrouble.Unreachable, failure.Message);
        }
        catch (InvalidOperationException failure)
        {
            return [Ok("database"), new PartState("migrations", "migrations_pending", failure.Message)];
        }
    }

    /// <summary>One question for all who ask meanwhile: while the database says nothing, they must not use up its connections.</summary>
    private Task<Answer> Ask()
    {
        lock (_gate)
        {
            if (_asking is not { IsCompleted: false })
                _asking = Look();
            return _asking;
        }
    }

    private async Task<Answer> Look()
    {
        var pending = await migrator.Pending(CancellationToken.None);
        return new Answer(pending, pending.Count > 0 || await masterKey.IsOurs(CancellationToken.None));
    }

    private static PartState[] InTrouble(DatabaseTrouble trouble, string? detail = null) =>
        [
            new PartState("database", trouble.Code(), detail ?? trouble.Message()),
            new PartState("migrations", "migrations_unknown", "The database is in trouble."),
        ];

    private static PartState Ok(string part) => new(part, "", "");

    private PartState Dispatcher() => dispatcher.IsRunning
        ? Ok("dispatcher")
        : new PartState("dispatcher", "dispatcher_stopped", "No work is handed out.");

    private PartState Disk()
    {
        var free = new DriveInfo(options.DataDirectory).AvailableFreeSpace;
        return free >= options.MinFreeBytes
            ? Ok("disk")
            : new PartState("disk", "disk_full", $"Only {free >> 20} MiB are free in {options.DataDirectory}.");
    }
}

/// <summary>What counts as ready.</summary>
internal sealed record ReadinessOptions(string DataDirectory, long MinFreeBytes = 64L << 20);
