using System.Globalization;
using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// What every connection to PostgreSQL has. Limits of time that a person gave in the connection string stand. A peer that is gone without a
/// word is found on both sides: here by keep-alive of TCP and by the patience of callers, there by what the session is started with.
/// </summary>
internal static class ConnectionSettings
{
    private const int ConnectSeconds = 5;
    private const int IdleSeconds = 10;
    private const int IntervalSeconds = 5;
    private const int ListenerSeconds = 5;
    private const int ProbeTimeout = 2;

    // Whatever the connection string says, an acknowledged change is durable. Compiling plans costs more than any query here takes. Every
    // frequent query finds its rows by an index; a plan that was cached while a table was small must not read it whole when it has grown.
    private const string Fixed =
        "-c synchronous_commit=on -c jit=off -c random_page_cost=1.1 -c timezone=UTC -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    // A server that vanished must not keep its locks: a transaction that waits for it ends, and so does the connection. PostgreSQL ignores
    // what is of TCP on a Unix socket.
    private const string Usual =
        "-c idle_in_transaction_session_timeout=5s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=20s";

    /// <summary>Those of the pool.</summary>
    public static string Pooled(DatabaseOptions options)
    {
        var settings = Common(options);
        settings.MaxPoolSize = options.MaxPoolSize;
        settings.MinPoolSize = Math.Min(options.MinPoolSize, options.MaxPoolSize);
        settings.MaxAutoPrepare = 200;
        settings.AutoPrepareMinUsages = 2;
        // No work leaves anything behind in its session: a reset after each would cost more than most statements.
        settings.NoResetOnClose = true;
        return settings.ConnectionString;
    }

    /// <summary>Those of a connection that listens, and is asked now and then whether it is there still.</summary>
    public static string Listening(DatabaseOptions options)
    {
        var settings = Common(options);
        settings.Pooling = false;
        settings.KeepAlive = ListenerSeconds;
        settings.CommandTimeout = ListenerSeconds;
        return settings.ConnectionString;
    }

    /// <summary>Those of a connection that is opened to see whether one can be.</summary>
    public static string Probing(DatabaseOptions options)
    {
        var settings = Common(options);
        settings.Pooling = false;
        settings.Timeout = ProbeTimeout;
        return settings.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder Common(DatabaseOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString) { ApplicationName = "koda" };
        Default(settings, "Timeout", ConnectSeconds);
        // The driver ends a statement by a connection of its own, which it waits for with a blocked thread, one for each statement.
        // PostgreSQL ends them instead.
        Default(settings, "Command Timeout", 0);
        if (!IsSocket(settings.Host))
        {
            Default(settings, "TCP Keepalive", true);
            Default(settings, "TCP Keepalive Time", IdleSeconds);
            Default(settings, "TCP Keepalive Interval", IntervalSeconds);
        }
        // The last one counts: limits are a person's to change, what is fixed is not.
        settings.Options = $"{Usual} {StatementLimit(options)} {settings.Options} {Fixed}";
        return settings;
    }

    // It has no options of TCP, and no machine in between that could vanish.
    private static bool IsSocket(string? host) => host is ['/' or '@', ..];

    private static string StatementLimit(DatabaseOptions options) =>
        string.Create(CultureInfo.InvariantCulture, $"-c statement_timeout={(long)options.StatementLimit.TotalMilliseconds}");

    private static void Default(NpgsqlConnectionStringBuilder settings, string name, object value)
    {
        if (!settings.ShouldSerialize(name))
            settings[name] = value;
    }
}
