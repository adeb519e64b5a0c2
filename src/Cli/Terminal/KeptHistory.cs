using System.Text.Json;

namespace Koda.Cli.Terminal;

/// <summary>What was typed at earlier starts: a file of this user alone, a JSON string in each line.</summary>
/// <param name="path">The file.</param>
internal sealed class KeptHistory(string path)
{
    private const int Most = 1000;

    /// <summary>The lines, the oldest first.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public IReadOnlyList<string> Read()
    {
        if (!File.Exists(path))
            return [];
        var lines = File.ReadAllLines(path);
        if (lines.Length > 2 * Most)
            Write(FileMode.Create, lines = lines[^Most..]);
        return [.. lines.TakeLast(Most).Select(Line).OfType<string>()];
    }

    /// <inheritdoc cref="Read"/>
    public void Add(string line) => Write(FileMode.Append, [JsonSerializer.Serialize(line)]);

    private void Write(FileMode mode, string[] lines)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var stream = new FileStream(path, options);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
    }

    // A line that a kill cut in two is left out.
    private static string? Line(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<string>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
