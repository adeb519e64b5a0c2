using System.Text.Json;

namespace Koda.Cli.Local;

/// <summary>What a process that starts wrote into its log last: the steps of the start, and what goes wrong with them.</summary>
internal static class LogTail
{
    private const int Window = 16 * 1024;
    private const string Steps = "server";

    /// <summary>The last step or warning of a log. Null: it has none since a time.</summary>
    /// <param name="file">The log, in either format.</param>
    /// <param name="since">Only what was written since then.</param>
    public static string? Message(string file, DateTimeOffset since)
    {
        if (!File.Exists(file) || File.GetLastWriteTimeUtc(file) < since)
            return null;
        using var log = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Position = Math.Max(0, log.Length - Window);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd().Split('\n').Reverse().Select(MessageOf).FirstOrDefault(message => message is not null);
    }

    // As text: a time, a level, the part and a colon, then the message. Further lines belong to the one before.
    private static string? MessageOf(string line)
    {
        if (line.StartsWith('{'))
            return MessageOfJson(line);
        return line.Split(' ', 4) switch
        {
            [[>= '0' and <= '9', ..], _, Steps + ":", var step] => step,
            [[>= '0' and <= '9', ..], "WRN" or "ERR", [.., ':'], var warning] => warning,
            _ => null,
        };
    }

    private static string? MessageOfJson(string line)
    {
        try
        {
            using var entry = JsonDocument.Parse(line);
            var isStep = entry.RootElement.TryGetProperty("SourceContext", out var part) && part.GetString() == Steps;
            var isWarning = entry.RootElement.TryGetProperty("@l", out var level) && level.GetString() is "Warning" or "Error";
            return isStep || isWarning ? entry.RootElement.GetProperty("@m").GetString() : null;
        }
        // The first line of the window is cut, and the last one may still be written.
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            return null;
        }
    }
}
