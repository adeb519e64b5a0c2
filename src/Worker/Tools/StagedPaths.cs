namespace Koda.Worker.Tools;

/// <summary>
/// What a command may make outside of the workspace and is not there yet. A sandbox shows an empty directory in the place of the one that
/// is to hold it. When the command has ended, what it made under an allowed name is moved there; everything else is thrown away.
/// </summary>
internal sealed class StagedPaths : IDisposable
{
    private readonly List<(string Place, string Stage, IReadOnlyList<string> Names)> _places = [];

    /// <param name="outside">What was allowed.</param>
    /// <param name="user">Who makes it. Null: the worker's own user.</param>
    public StagedPaths(IReadOnlyList<OutsidePath> outside, CommandUser? user)
    {
        foreach (
            var place in outside.Where(path => path.Writable && !Path.Exists(path.Path)).GroupBy(path => Path.GetDirectoryName(path.Path)))
        {
            if (place.Key is not { } parent || parent == "/" || !Directory.Exists(parent))
                continue;
            // Beside its place, so that what is made need not be copied.
            var stage = $"{parent}/.koda-{Guid.NewGuid():N}";
            if (Made(stage, user))
                _places.Add((parent, stage, [.. place.Select(path => Path.GetFileName(path.Path))]));
        }
    }

    /// <summary>What a sandbox shows for it.</summary>
    public IEnumerable<Mount> Mounts => _places.Select(place => new Mount(place.Place, MountKind.Writable, place.Stage));

    /// <summary>Moves what was made to its place.</summary>
    /// <exception cref="ToolException">Something else was made there meanwhile.</exception>
    public void Keep()
    {
        foreach (var (place, stage, names) in _places)
        {
            foreach (
                var name in names.Where(name => Path.Exists($"{stage}/{name}") || new FileInfo($"{stage}/{name}").LinkTarget is not null))
                Move($"{stage}/{name}", $"{place}/{name}");
        }
    }

    public void Dispose()
    {
        foreach (var (_, stage, _) in _places)
            Directory.Delete(stage, recursive: true);
    }

    private static void Move(string from, string to)
    {
        try
        {
            if (Directory.Exists(from) && new FileInfo(from).LinkTarget is null)
                Directory.Move(from, to);
            else
                File.Move(from, to);
        }
        catch (IOException error)
        {
            throw new ToolException($"'{to}' was not made: {error.Message}");
        }
    }

    // Where the worker may make nothing, a command may not either.
    private static bool Made(string directory, CommandUser? user)
    {
        try
        {
            Directory.CreateDirectory(directory);
            user?.Take(directory);
            return true;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
