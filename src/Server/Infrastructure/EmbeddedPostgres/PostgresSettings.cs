using System.Globalization;
using System.Text;

namespace Koda.Server.Infrastructure.EmbeddedPostgres;

/// <summary>The settings of a private cluster: as durable as a server's, sized for one machine that does other work too.</summary>
internal static class PostgresSettings
{
    public const string FileName = "koda.conf";

    private const long MiB = 1024 * 1024;

    public static string Write(string socketFolder, long memoryBytes, IReadOnlyDictionary<string, string> overrides)
    {
        var buffersMiB = Math.Clamp(memoryBytes / 8 / MiB, 64, 2048);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            // No TCP: whoever can enter the socket folder is let in without a password, and only the account can.
            ["listen_addresses"] = "",
            ["unix_socket_directories"] = socketFolder,
            ["unix_socket_permissions"] = "0700",
            ["fsync"] = "on",
            ["synchronous_commit"] = "on",
            ["max_connections"] = "200",
            ["shared_buffers"] = string.Create(CultureInfo.InvariantCulture, $"{buffersMiB}MB"),
            ["max_wal_size"] = "2GB",
            ["random_page_cost"] = "1.1",
            ["jit"] = "off",
            // A young queue grows faster than the usual minute between looks, and its plans follow its statistics.
            ["autovacuum_naptime"] = "10s",
            ["log_min_messages"] = "warning",
            ["log_line_prefix"] = "%m [%p] ",
        };
        foreach (var (name, value) in overrides)
            settings[name] = value;
        var text = new StringBuilder();
        foreach (var (name, value) in settings)
            text.Append(CultureInfo.InvariantCulture, $"{name} = '{value.Replace("'", "''", StringComparison.Ordinal)}'\n");
        return text.ToString();
    }
}
