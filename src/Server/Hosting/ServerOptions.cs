using Microsoft.Extensions.Logging;

namespace Koda.Server.Hosting;

/// <summary>How a server is run.</summary>
public sealed record ServerOptions
{
    /// <summary>Where the server keeps its tokens, its key, its artifacts and, without <see cref="DatabaseUrl"/>, its PostgreSQL.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The one address for gRPC, REST, SSE and WebSocket.</summary>
    public Uri Listen { get; init; } = new("http://127.0.0.1:8090");

    /// <summary>A PostgreSQL to use in place of the private one: a `postgres://` URL or a connection string.</summary>
    public string? DatabaseUrl { get; init; }

    /// <summary>How long a database of the operator's that does not answer is waited for at the start.</summary>
    public TimeSpan DatabasePatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Told what the start is at, in a few words for people.</summary>
    public Action<string> Report { get; init; } = static _ => { };

    /// <summary>How long a worker holds an attempt without renewing it.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an offer waits for its accept before it goes to another worker.</summary>
    public TimeSpan OfferTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an approval waits for an answer before it expires, which denies it.</summary>
    public TimeSpan ApprovalTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many submissions may wait to be committed before callers are told to come back later.</summary>
    public int SubmissionQueueLimit { get; init; } = 10_000;

    /// <summary>How many tasks may be queued before callers are told to come back later.</summary>
    public long MaxQueuedTasks { get; init; } = 20_000_000;

    /// <summary>
    /// Hosts, names or addresses, that model providers may have although they are private. Metadata addresses stay refused.
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Takes what the server logs. Null: the console does.</summary>
    public ILoggerProvider? Log { get; init; }

    /// <summary>From which level on the server logs.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Reads the `OTEL_*` variables, by which a collector gets traces, metrics and logs.</summary>
    public Func<string, string?> TelemetrySettings { get; init; } = static _ => null;

    /// <summary>Who is let in, and from where.</summary>
    public ServerSecurity Security { get; init; } = new();
}
