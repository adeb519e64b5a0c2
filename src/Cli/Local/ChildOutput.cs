namespace Koda.Cli.Local;

/// <summary>What a process says past its log, from its start on: why it did not start, or how it crashed.</summary>
internal sealed class ChildOutput(string file)
{
    private const string Mark = "error: ";

    private readonly long _begin = File.Exists(file) ? new FileInfo(file).Length : 0;

    /// <summary>The fault that ended the process, with the exit code that it ended with. Null: it said none.</summary>
    public CliException? Fault(int exitCode)
    {
        if (!File.Exists(file))
            return null;
        using var said = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        // A file that has become too large was begun anew.
        said.Position = said.Length < _begin ? 0 : _begin;
        using var reader = new StreamReader(said);
        var lines = reader.ReadToEnd().Split('\n');
        var at = Array.FindLastIndex(lines, line => line.StartsWith(Mark, StringComparison.Ordinal));
        if (at < 0)
            return null;
        var hint = string.Join('\n', lines.Skip(at + 1).Select(line => line.Trim()).TakeWhile(line => line.Length > 0));
        return new CliException(
            lines[at][Mark.Length..], exitCode == 0 ? ExitCode.Failed : exitCode, hint.Length > 0 ? hint : null, "server.not_started");
    }
}
