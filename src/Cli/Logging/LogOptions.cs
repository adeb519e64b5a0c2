using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Koda.Cli.Logging;

/// <summary>How the lines of a log are written.</summary>
internal enum LogFormat
{
    Text,
    Json,
}

/// <summary>What a process that runs for long logs, and how.</summary>
internal sealed record LogOptions(LogFormat Format, LogLevel Level)
{
    private static readonly LogLevel[] s_levels = [LogLevel.Trace, LogLevel.Debug, LogLevel.Information, LogLevel.Warning, LogLevel.Error];

    /// <summary>The option of each command that runs for long.</summary>
    public static Option<string?> FormatOption() =>
        new("--log-format")
        {
            Description =
                "How lines of the log are written, text or json. Default: $KODA_LOG_FORMAT, or text. $KODA_LOG_LEVEL says from which level on (trace, debug, information, warning, error).",
            HelpName = "FORMAT",
        };

    /// <exception cref="CliException">A format or a level that there is not.</exception>
    public static LogOptions Parse(string? format, Func<string, string?> environment) =>
        new(
            Find<LogFormat>(
                "--log-format and KODA_LOG_FORMAT",
                format ?? environment("KODA_LOG_FORMAT"),
                LogFormat.Text,
                Enum.GetValues<LogFormat>()),
            Find("KODA_LOG_LEVEL", environment("KODA_LOG_LEVEL"), LogLevel.Information, s_levels));

    /// <summary>The arguments by which another process of this program gets the same format.</summary>
    public IEnumerable<string> Arguments() => ["--log-format", Name(Format)];

    private static T Find<T>(string source, string? given, T usual, IReadOnlyCollection<T> all) where T : struct, Enum
    {
        if (string.IsNullOrEmpty(given))
            return usual;
        var found = all.Where(each => Name(each) == given).ToList();
        return found.Count == 1
            ? found[0]
            : throw new CliException(
                $"{source} take one of {string.Join(", ", all.Select(Name))}, not '{given}'.", ExitCode.Usage, code: "cli.usage");
    }

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
