namespace Koda.Server.Engine.Skills;

/// <summary>The skills in a folder: its files that end in <c>.md</c>. A folder that is not there holds none.</summary>
/// <param name="path">The folder. Empty: none.</param>
internal sealed class SkillFolder(string path)
{
    private const long MaxBytes = 256 * 1024;

    private readonly Lock _reading = new();
    private string _stamp = "";
    private IReadOnlyList<SkillFile> _files = [];

    public IReadOnlyList<SkillFile> Read()
    {
        if (path.Length == 0)
            return [];
        lock (_reading)
        {
            var found = Look();
            var stamp = string.Join('\n', found.Select(file => $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}"));
            if (stamp != _stamp)
                (_files, _stamp) = ([.. found.Select(Read)], stamp);
            return _files;
        }
    }

    private List<FileInfo> Look()
    {
        try
        {
            return [.. new DirectoryInfo(path).EnumerateFiles("*.md").OrderBy(file => file.Name, StringComparer.Ordinal)];
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static SkillFile Read(FileInfo file)
    {
        try
        {
            return file.Length > MaxBytes
                ? Faulty(file, $"has more than {MaxBytes} bytes")
                : SkillParser.Parse(file.Name, File.ReadAllText(file.FullName), SkillSource.Data);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Faulty(file, $"cannot be read: {fault.Message}");
        }
    }

    private static SkillFile Faulty(FileInfo file, string problem) =>
        new(Path.GetFileNameWithoutExtension(file.Name), null, [new SkillProblem(file.Name, "", problem)]);
}
