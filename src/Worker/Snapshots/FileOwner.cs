using Koda.Worker.Tools;

namespace Koda.Worker.Snapshots;

/// <summary>Whose the files are that a restore writes anew, and the directories that are made for them: the workspace's owner's.</summary>
internal sealed class FileOwner
{
    private readonly List<string> _made = [];
    private CommandUser? _owner;

    public static FileOwner Of(SnapshotPlace place, IReadOnlyList<FileDifference> files)
    {
        var owner = new FileOwner { _owner = CommandUser.Of($"{place.WorkTree}/{place.Folder}") };
        if (owner._owner is not null)
        {
            var paths = files.Select(file => $"{place.WorkTree}/{place.Folder}{file.Path}");
            owner._made.AddRange(paths.SelectMany(file => MissingAbove(file).Append(file)).Distinct());
        }
        return owner;
    }

    public void Take()
    {
        foreach (var path in _made)
        {
            using var made = PlacedFile.Open(path);
            if (made is not null)
                _owner?.Take(made);
        }
    }

    private static IEnumerable<string> MissingAbove(string file)
    {
        for (var at = Path.GetDirectoryName(file); at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
            yield return at;
    }
}
