using System.Globalization;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Extensions.Logging;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace Koda.Cli.Logging;

/// <summary>
/// The log of a process that runs for long: times, levels, text or JSON lines, in files of a bounded size, and on the console where
/// somebody is there to read it.
/// </summary>
internal sealed class OperatorLog : IDisposable
{
    /// <summary>The largest file, in bytes.</summary>
    public const long FileSize = 10 * 1024 * 1024;

    /// <summary>How many files are kept of one process, that which is written among them.</summary>
    public const int Files = 4;

    private const string Line = "{UtcTimestamp:yyyy-MM-ddTHH:mm:ss.fff}Z {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}";

    private readonly FileStream? _hold;
    private readonly Logger _outputs;
    private readonly RepeatedEvents _counted;
    private readonly Logger _logger;

    private OperatorLog(LogOptions options, Logger outputs, FileStream? hold, TimeProvider time)
    {
        (_outputs, _hold, Level) = (outputs, hold, options.Level);
        _counted = new RepeatedEvents(new PlainEvents(outputs), time);
        _logger = new LoggerConfiguration()
            .MinimumLevel.Is(LevelConvert.ToSerilogLevel(options.Level))
            .WriteTo.Sink(_counted)
            .CreateLogger();
        Provider = new SerilogLoggerProvider(_logger);
    }

    /// <summary>The least that is logged.</summary>
    public LogLevel Level { get; }

    /// <summary>What the parts of the process log to.</summary>
    public ILoggerProvider Provider { get; }

    /// <param name="options">What is logged, and how.</param>
    /// <param name="file">The file. Further ones get a number before the dot. Another process that has it already keeps it: then the
    /// console has all.</param>
    /// <param name="console">Whether the log goes to the standard output too.</param>
    /// <param name="size">The largest file, in bytes.</param>
    /// <param name="time">The clock of the summaries.</param>
    public static OperatorLog Open(LogOptions options, string file, bool console, long size = FileSize, TimeProvider? time = null)
    {
        ITextFormatter format = options.Format == LogFormat.Json
            ? new RenderedCompactJsonFormatter()
            : new MessageTemplateTextFormatter(Line, CultureInfo.InvariantCulture);
        var outputs = new LoggerConfiguration().MinimumLevel.Verbose();
        var hold = Hold(file + ".lock");
        if (hold is not null)
            outputs.WriteTo.File(
                format,
                file,
                fileSizeLimitBytes: size,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: Files,
                rollingInterval: RollingInterval.Infinite);
        if (console || hold is null)
            outputs.WriteTo.Console(format);
        return new OperatorLog(options, outputs.CreateLogger(), hold, time ?? TimeProvider.System);
    }

    /// <summary>A logger for a part of the process.</summary>
    public Microsoft.Extensions.Logging.ILogger CreateLogger(string part) => Provider.CreateLogger(part);

    public void Dispose()
    {
        Provider.Dispose();
        _logger.Dispose();
        _counted.Dispose();
        _outputs.Dispose();
        _hold?.Dispose();
    }

    private static FileStream? Hold(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
