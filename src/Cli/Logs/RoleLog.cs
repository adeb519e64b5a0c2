using System.Text;
using Koda.Cli.Local;

namespace Koda.Cli.Logs;

/// <summary>A line of a process's log.</summary>
/// <param name="Role">The process: up, server or worker.</param>
/// <param name="Time">When it was written, as the log has it; a further line of an entry has that of the first.</param>
/// <param name="Text">The line.</param>
internal sealed record LogLine(string Role, string Time, string Text);

/// <summary>The log of one process of a data directory, over all its files.</summary>
internal sealed class RoleLog(LocalServer local, string role)
{
    private const string JsonTime = "{\"@t\":\"";

    private string _file = "";
    private long _position;
    private string _time = "";

    /// <summary>The last lines. What comes later is told by <see cref="More"/>.</summary>
    public IReadOnlyList<LogLine> Tail(int count)
    {
        var last = new Queue<LogLine>();
        foreach (var file in Files())
        {
            (_file, _position) = (file, 0);
            foreach (var line in Rest())
            {
                if (last.Count == count && last.Count > 0)
                    last.Dequeue();
                if (count > 0)
                    last.Enqueue(line);
            }
        }
        return [.. last];
    }

    /// <summary>The lines that were written since.</summary>
    public IEnumerable<LogLine> More()
    {
        if (_file.Length > 0 && File.Exists(_file))
            foreach (var line in Rest())
                yield return line;
        foreach (
            var file in Files().SkipWhile(file => _file.Length > 0 && File.Exists(_file) && file != _file).Where(file => file != _file))
        {
            (_file, _position) = (file, 0);
            foreach (var line in Rest())
                yield return line;
        }
    }

    /// <summary>The files, the oldest first; each further one has a larger number.</summary>
    private string[] Files() =>
        Directory.Exists(local.Logs)
            ?
            [
                .. Directory
                    .EnumerateFiles(local.Logs, role + "*.log")
                    .OrderBy(File.GetLastWriteTimeUtc)
                    .ThenBy(file => file, StringComparer.Ordinal),
            ]
            : [];

    // A line that has no end yet is still being written.
    private List<LogLine> Rest()
    {
        using var stream = new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = Math.Min(_position, stream.Length);
        var begin = stream.Position;
        var bytes = new byte[stream.Length - begin];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var whole = bytes.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
        _position = begin + whole;
        return
        [
            .. Encoding
                .UTF8.GetString(bytes, 0, whole)
                .Split('\n')
                .SkipLast(1)
                .Select(line => new LogLine(role, _time = TimeOf(line) ?? _time, line)),
        ];
    }

    private static string? TimeOf(string line) => line switch
    {
        [>= '0' and <= '9', ..] => line.Split(' ')[0],
        _ when line.StartsWith(JsonTime, StringComparison.Ordinal) => line[JsonTime.Length..].Split('"')[0],
        _ => null,
    };
}
